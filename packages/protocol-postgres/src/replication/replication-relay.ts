import { LimitError, PolicyError, ProtocolError } from '@wardgate/errors'
import {
  type Denial,
  type Gate,
  type Operation,
  type Permit,
  type Target,
  userOf,
} from '@wardgate/gateway'
import type { Closing } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { errorResponse, holdNotice } from '../errors'
import { Run } from '../relay/run'
import { TrackedState } from '../relay/session-state'
import type { Cancels } from '../upstream/cancels'
import type { UpstreamConnection } from '../upstream/connection'
import { DEFAULT_MAX_MESSAGE_BYTES, fromClient, query, readQuery, readyForQuery } from '../wire'
import type { Frame } from '../wire/read-frame'
import { Answer } from './answer'
import { ClientFrames } from './client-frames'
import { replicationCommand } from './command'
import type { ReplicationMode } from './mode'
import { writeAll } from './write-all'

export interface ReplicationParts {
  readonly client: Duplex
  readonly upstream: UpstreamConnection
  readonly gate: Gate
  readonly target: Target
  readonly mode: ReplicationMode
  readonly cancels: Cancels
}

/** Copy messages outside of a copy are what a client sent before it learned of its end; the target drops them too. */
const dropped = new Set<number>([
  fromClient.CopyData,
  fromClient.CopyDone,
  fromClient.CopyFail,
  fromClient.Flush,
])

/** A session of the replication protocol: one command after the other, each submitted, none of it masked. */
export class ReplicationRelay {
  private readonly parts: ReplicationParts
  private readonly signal: AbortSignal
  private readonly frames: ClientFrames
  private readonly state: TrackedState
  private readonly maxMessageBytes: number
  private isAnswering = false

  constructor(parts: ReplicationParts, signal: AbortSignal) {
    const { client, target, upstream } = parts
    this.parts = parts
    this.signal = signal
    this.maxMessageBytes = target.limits?.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
    this.frames = new ClientFrames(client, this.maxMessageBytes, signal)
    this.state = new TrackedState(upstream, target.database, userOf(target.credential))
  }

  readonly cancel = (): void => {
    if (!this.parts.gate.withdraw() && this.isAnswering) this.parts.cancels.ask()
  }

  async run(): Promise<Closing> {
    for (;;) {
      const message = await this.nextIdle()
      if (message === undefined) return { reason: 'client' }
      this.frames.drop()
      const { code, body } = message
      if (code === fromClient.Query) await this.runQuery(readQuery(body))
      else if (code === fromClient.Sync) await this.toClient(readyForQuery(this.state.transaction))
      else if (!dropped.has(code)) throw unsupported('has no extended query protocol')
    }
  }

  private async nextIdle(): Promise<Frame | undefined> {
    const idleMillis = this.parts.target.limits?.idleMillis ?? 0
    if (idleMillis === 0) return this.frames.peek()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const error = new LimitError('ERR_LIMIT_IDLE', 'the session was idle too long')
      timer = setTimeout(() => reject(error), idleMillis)
    })
    return Promise.race([this.frames.peek(), late]).finally(() => clearTimeout(timer))
  }

  private async runQuery(text: string): Promise<void> {
    const { gate, client, upstream } = this.parts
    gate.record('in', query(text))
    await this.parts.cancels.pending
    const operation = this.operationOf(text)
    const verdict = await this.submit(operation)
    if (verdict.kind === 'denial') return this.refuse(verdict)
    const run = new Run(verdict, operation)
    const obstacle = obstacleOf(verdict)
    if (obstacle !== undefined) {
      run.settle('cancelled')
      return this.refuse({ error: obstacle, operationId: verdict.operationId })
    }
    if (operation.kind === 'statement') this.state.note(text)
    const { frames, state, maxMessageBytes } = this
    this.isAnswering = true
    try {
      const parts = { client, frames, upstream, gate, state, maxMessageBytes, run }
      await new Answer(parts, this.signal).relay(query(text))
    } finally {
      this.isAnswering = false
    }
  }

  private operationOf(text: string): Operation {
    const { mode } = this.parts
    const command = replicationCommand(text)
    if (command !== undefined) return { kind: 'replication', mode, command, text }
    if (mode === 'physical') throw unsupported('of the physical kind runs no SQL')
    return {
      kind: 'statement',
      dialect: 'postgresql',
      phase: 'simple',
      text,
      parameters: [],
      prepared: [],
      state: this.state.snapshot(),
    }
  }

  private async submit(operation: Operation): Promise<Permit | Denial> {
    const { gate, client } = this.parts
    const held = (hold: Parameters<typeof holdNotice>[0]) => void client.write(holdNotice(hold))
    const verdict = gate.submit(operation, { held })
    if (!(verdict instanceof Promise)) return verdict
    let isDecided = false
    // Nobody is there any more for whom to hold it.
    const gone = () => {
      if (!isDecided) gate.withdraw()
    }
    this.frames.peek().then((message) => message ?? gone(), gone)
    return verdict.finally(() => (isDecided = true))
  }

  /** In a transaction the target would have to fail too, so the session ends with it. */
  private async refuse({
    error,
    operationId,
  }: Pick<Denial, 'error' | 'operationId'>): Promise<void> {
    if (this.state.transaction !== 'idle') throw error
    await this.toClient(
      Buffer.concat([errorResponse(error, 'ERROR', operationId), readyForQuery('idle')]),
    )
  }

  private toClient(bytes: Buffer): Promise<void> {
    this.parts.gate.record('out', bytes)
    return writeAll(this.parts.client, bytes, this.signal)
  }
}

/** Fails closed: what is streamed is neither described nor counted, so nothing of it may be masked or cut short. */
function obstacleOf({ unmasked, rowLimit }: Permit): PolicyError | undefined {
  const what =
    unmasked === true
      ? rowLimit === undefined
        ? undefined
        : 'its rows limited'
      : 'anything masked'
  if (what === undefined) return undefined
  return new PolicyError(
    'ERR_POLICY_UNSUPPORTED_CAPABILITY',
    `a replication session cannot have ${what}, and a rule demands it`,
    { nextStep: 'Read the tables in an ordinary session, or replicate from another connection.' },
  )
}

function unsupported(why: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', `a replication session ${why}`)
}
