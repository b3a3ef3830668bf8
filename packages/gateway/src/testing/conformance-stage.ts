import type { Duplex } from 'node:stream'
import type { SessionGrant } from '../ports'
import { createGateway, type Gateway } from '../serve/gateway'
import type {
  ConformanceClient,
  ConformanceHarness,
  ConformanceRefusal,
  ConformanceTarget,
} from './conformance-harness'
import { FakeControlPlane, fakeGrant } from './fake-control-plane'
import { ManualClock } from './manual-clock'
import { MemoryLog } from './memory-log'
import { MemorySpool } from './memory-spool'
import { streamPair } from './stream-pair'

const login = { connection: 'shop', credential: 'token-1', database: 'shop' }
const settleMillis = 10_000

/** A real gateway between a harness's client and target, on fakes. */
export class ConformanceStage {
  readonly controlPlane = new FakeControlPlane()
  readonly spool = new MemorySpool()
  readonly clock = new ManualClock()
  readonly log = new MemoryLog()
  readonly target: ConformanceTarget
  readonly gateway: Gateway
  /** Every byte that any client was sent. */
  readonly sentToClients: Buffer[] = []
  isTargetReachable = true
  readonly #harness: ConformanceHarness
  readonly #streams: Duplex[] = []
  readonly #served: Promise<void>[] = []

  constructor(harness: ConformanceHarness, grant: Partial<SessionGrant> = {}) {
    this.#harness = harness
    this.controlPlane.grant = fakeGrant(grant)
    this.target = harness.createTarget()
    this.gateway = createGateway({
      controlPlane: this.controlPlane,
      spool: this.spool,
      log: this.log,
      clock: this.clock,
      timers: this.clock,
      dialler: { dial: () => this.#dial() },
    })
  }

  /** A client that is in. */
  async client(prepare?: (stream: Duplex) => void): Promise<ConformanceClient> {
    const answer = await this.connect(prepare)
    if (answer.kind === 'refused') throw new Error(`login refused: ${answer.text}`)
    return answer
  }

  async connect(
    prepare: (stream: Duplex) => void = () => undefined,
  ): Promise<ConformanceClient | ConformanceRefusal> {
    const stream = this.open()
    prepare(stream)
    return this.#harness.connect(stream, login)
  }

  /** The client's end of a socket that the gateway has accepted. */
  open(): Duplex {
    const [near, far] = streamPair()
    this.#streams.push(near)
    near.on('error', () => undefined)
    const write = far.write.bind(far) as (...parts: unknown[]) => boolean
    far.write = (chunk: unknown, ...rest: unknown[]) => {
      this.sentToClients.push(Buffer.from(chunk as Uint8Array))
      return write(chunk, ...rest)
    }
    const { protocol, settings } = this.#harness
    const listener = { name: 'test', protocol, settings, plaintextAllowed: true }
    this.#served.push(this.gateway.serve({ client: far, clientAddress: '127.0.0.1:1', listener }))
    return near
  }

  /** Ends what is left; false when something did not end. */
  async finish(): Promise<boolean> {
    for (const stream of this.#streams) stream.destroy()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), settleMillis)
    })
    const ended = Promise.all(this.#served).then(() => true)
    const hasEnded = await Promise.race([ended, late])
    clearTimeout(timer)
    return hasEnded
  }

  async #dial(): Promise<Duplex> {
    if (!this.isTargetReachable) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const [near, far] = streamPair()
    this.target.accept(far)
    this.#streams.push(far)
    return near
  }
}

/** Makes a client write one byte at a time. */
export function oneByteAtATime(stream: Duplex): void {
  const write = stream.write.bind(stream) as (chunk: Uint8Array, written?: () => void) => boolean
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]) => {
    const bytes = Buffer.from(chunk as Uint8Array)
    const written = rest.find((part): part is () => void => typeof part === 'function')
    for (const byte of bytes.subarray(0, -1)) write(Buffer.of(byte))
    write(bytes.subarray(-1), written)
    return true
  }
}
