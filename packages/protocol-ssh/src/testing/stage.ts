import type { SessionGrant } from '@wardgate/gateway'
import { createGateway } from '@wardgate/gateway'
import {
  FakeControlPlane,
  fakeGrant,
  ManualClock,
  MemoryLog,
  MemoryRecorder,
  MemorySpool,
  streamPair,
} from '@wardgate/gateway/testing'
import type { Duplex } from 'node:stream'
import type { ConnectConfig } from 'ssh2'
import { ssh } from '..'
import { FakeClient } from './fake-client'
import { fakeTargetFingerprint, type FakeTarget } from './fake-target'

export interface StageOptions {
  readonly target: FakeTarget
  readonly settings?: Record<string, unknown>
  readonly grant?: Partial<SessionGrant>
}

/** A real gateway between the library's client and a target in memory. */
export class SshStage {
  readonly controlPlane = new FakeControlPlane()
  readonly spool = new MemorySpool()
  readonly clock = new ManualClock()
  readonly log = new MemoryLog()
  readonly target: FakeTarget
  readonly recorder = new MemoryRecorder()
  readonly #settings: unknown
  readonly #streams: Duplex[] = []
  readonly #served: Promise<void>[] = []
  readonly #gateway

  constructor({ target, settings = {}, grant = {} }: StageOptions) {
    this.target = target
    this.controlPlane.grant = fakeGrant(grant)
    this.#settings = ssh.settings.parse({ hostKeys: [fakeTargetFingerprint], ...settings })
    this.#gateway = createGateway({
      controlPlane: this.controlPlane,
      spool: this.spool,
      log: this.log,
      clock: this.clock,
      timers: this.clock,
      createRecorder: () => this.recorder,
      dialler: { dial: async () => this.#dial() },
    })
  }

  get recorded(): MemoryRecorder['recorded'] {
    return this.recorder.recorded
  }

  open(): Duplex {
    const [near, far] = streamPair()
    this.#streams.push(near)
    const listener = {
      name: 'test',
      protocol: ssh,
      settings: this.#settings,
      plaintextAllowed: false,
    }
    const options = { client: far, clientAddress: '127.0.0.1:1', listener }
    this.#served.push(this.#gateway.serve(options))
    return near
  }

  async connect(config: ConnectConfig = {}): Promise<{ client: FakeClient; isIn: boolean }> {
    const client = new FakeClient(this.open())
    const isIn = await client.logIn({ username: 'box', password: 'token-1', ...config })
    return { client, isIn }
  }

  async client(config: ConnectConfig = {}): Promise<FakeClient> {
    const { client, isIn } = await this.connect(config)
    if (!isIn) throw new Error(`refused: ${client.banner}${client.lastError}`)
    return client
  }

  /** Ends what is left and waits for it. */
  async finish(): Promise<void> {
    for (const stream of this.#streams) stream.destroy()
    await Promise.all(this.#served)
  }

  #dial(): Duplex {
    const [near, far] = streamPair()
    this.target.accept(far)
    this.#streams.push(far)
    return near
  }
}
