import {
  GatewayError,
  LimitError,
  SessionError,
  TargetError,
  toGatewayError,
} from '@wardgate/errors'
import { type Closing, type Gate, type Target, userOf } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import type { PostgresSettings } from '../settings'
import { cancelUpstream } from '../upstream/cancel'
import { Cancels } from '../upstream/cancels'
import type { UpstreamConnection } from '../upstream/connection'
import { DEFAULT_MAX_MESSAGE_BYTES } from '../wire'
import { ClientPump } from './client-pump'
import { Conversation } from './conversation'
import { Deadlines } from './deadlines'
import { CANCEL_GRACE_MILLIS, FAREWELL_MILLIS } from './limits'
import { Outbox } from './outbox'
import { RunClock } from './run-clock'
import { TrackedState } from './session-state'
import { UpstreamPump } from './upstream-pump'

export interface RelayParts {
  readonly client: Duplex
  readonly upstream: UpstreamConnection
  readonly gate: Gate
  readonly target: Target
  readonly settings: PostgresSettings
}

export interface RelayEnd {
  readonly closing: Closing
  /** The target's session is idle, outside of a transaction, with nothing owed: it may be used again. */
  readonly isReusable: boolean
}

/** Relays one session between a client that has been told that it is in and an idle target. */
export class Relay {
  private readonly parts: RelayParts
  private readonly conversation: Conversation
  private readonly clientPump: ClientPump
  private readonly upstreamPump: UpstreamPump
  private readonly deadlines: Deadlines
  private readonly outcome: Promise<Closing>
  private resolveOutcome: (closing: Closing) => void = () => undefined
  private lastActivity = performance.now()

  constructor(parts: RelayParts) {
    this.parts = parts
    this.outcome = new Promise((resolve) => (this.resolveOutcome = resolve))
    const { upstream, target } = parts
    this.conversation = new Conversation({
      ...parts,
      state: new TrackedState(upstream, target.database, userOf(target.credential)),
      outbox: new Outbox(upstream.stream),
      maxMessageBytes: target.limits?.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
      cancels: new Cancels(() => cancelUpstream(upstream, target, parts.settings)),
      runClock: new RunClock(this.onStuck),
      end: (closing) => this.end(closing),
    })
    this.clientPump = new ClientPump(this.conversation)
    this.upstreamPump = new UpstreamPump(this.conversation, this.onUpstreamData)
    this.deadlines = new Deadlines(
      {
        idleMillis: target.limits?.idleMillis ?? 0,
        statementMillis: target.limits?.statementMillis ?? 0,
        graceMillis: CANCEL_GRACE_MILLIS,
      },
      () => ({
        lastActivity: this.lastActivity,
        workingSince:
          this.conversation.replies.length > 0 ? this.conversation.workingSince : undefined,
        isHeld: !this.clientPump.isIdle,
      }),
      {
        onIdle: () =>
          this.conversation.fail(new LimitError('ERR_LIMIT_IDLE', 'the session was idle too long')),
        onStatementTimeout: () => this.onStatementTimeout(),
        onStuck: this.onStuck,
      },
    )
  }

  /** A cancel request with the key of this session: a held operation is withdrawn, else the target is asked to stop. */
  readonly cancel = (): void => {
    const { conversation, parts } = this
    if (parts.gate.withdraw()) return
    if (conversation.replies.length > 0) conversation.parts.cancels.ask()
  }

  async run(signal: AbortSignal): Promise<RelayEnd> {
    const onAbort = () => this.end(closingOf(signal.reason))
    signal.addEventListener('abort', onAbort)
    this.attach()
    this.deadlines.start()
    if (signal.aborted) onAbort()
    const closing = await this.outcome
    if (closing.reason === 'client') await this.farewell(signal)
    signal.removeEventListener('abort', onAbort)
    this.deadlines.stop()
    this.conversation.parts.runClock.stop()
    this.clientPump.stop()
    this.detach()
    if (closing.reason !== 'client' || isKilled(signal)) await this.stopWhatRuns()
    const isReusable = closing.reason === 'client' && this.isTargetIdle
    this.conversation.abandonAll()
    return { closing, isReusable }
  }

  /** The client has got a part of a message: whatever else it got would be taken for the rest. */
  get isMidMessage(): boolean {
    return this.conversation.isMidMessage
  }

  private get isTargetIdle(): boolean {
    const { conversation, upstreamPump, clientPump } = this
    return (
      conversation.replies.length === 0 &&
      conversation.parts.cancels.pending === undefined &&
      conversation.parts.state.transaction === 'idle' &&
      !conversation.hasRunInGroup &&
      upstreamPump.isClean &&
      clientPump.isIdle &&
      !this.parts.upstream.stream.destroyed
    )
  }

  private end(closing: Closing): void {
    if (this.conversation.hasEnded) return
    this.conversation.hasEnded = true
    this.conversation.isBroken = closing.reason !== 'client'
    this.conversation.replies.wake(true)
    this.resolveOutcome(closing)
  }

  /**
   * What the client sent before it left is run to its end, as the target itself would do. A client that only
   * stopped sending still gets its results; once nobody listens, the wait is short.
   */
  private async farewell(signal: AbortSignal): Promise<void> {
    const { conversation, parts } = this
    const { client, upstream } = parts
    conversation.parts.outbox.flush()
    if (conversation.replies.length === 0 || upstream.stream.destroyed) return
    let giveUp: NodeJS.Timeout | undefined
    const waitNoLonger = () => {
      const millis = isKilled(signal) ? 0 : FAREWELL_MILLIS
      clearTimeout(giveUp)
      giveUp = setTimeout(() => conversation.replies.wake(true), millis).unref()
    }
    client.once('close', waitNoLonger)
    signal.addEventListener('abort', waitNoLonger)
    if (client.destroyed || !this.clientPump.isListening || signal.aborted) waitNoLonger()
    await conversation.replies.fewerThan(1)
    client.off('close', waitNoLonger)
    signal.removeEventListener('abort', waitNoLonger)
    clearTimeout(giveUp)
  }

  /** A target that loses its client runs a statement to its end all the same, and commits what it changes. */
  private async stopWhatRuns(): Promise<void> {
    const { replies, parts } = this.conversation
    if (replies.length > 0 && !parts.upstream.stream.destroyed) parts.cancels.ask()
    await parts.cancels.pending
  }

  private attach(): void {
    const { client, upstream } = this.parts
    client.on('data', this.onClientData).on('end', this.clientPump.onEnd)
    client.on('close', this.clientPump.onEnd)
    upstream.stream.on('data', this.onUpstreamData).on('end', this.onUpstreamEnd)
    upstream.stream.on('close', this.onUpstreamEnd)
    client.resume()
    upstream.stream.resume()
  }

  private detach(): void {
    const { client, upstream } = this.parts
    client.off('data', this.onClientData).off('end', this.clientPump.onEnd)
    client.off('close', this.clientPump.onEnd)
    upstream.stream.off('data', this.onUpstreamData).off('end', this.onUpstreamEnd)
    upstream.stream.off('close', this.onUpstreamEnd)
    upstream.stream.pause()
  }

  private onStatementTimeout(): void {
    const { replies, parts } = this.conversation
    const seconds = (this.parts.target.limits?.statementMillis ?? 0) / 1000
    const message = `it took longer than the ${seconds} s that the connection permits, and was stopped`
    const { head } = replies
    if (head !== undefined && 'run' in head)
      head.run.stopped ??= new LimitError('ERR_LIMIT_TIME', message)
    parts.cancels.ask()
  }

  private readonly onStuck = (): void => {
    const error = new TargetError('ERR_TARGET_LOST', 'the target did not end a cancelled statement')
    this.conversation.fail(error, 'target')
  }

  private readonly onClientData = (chunk: Buffer): void => {
    this.lastActivity = performance.now()
    this.clientPump.onData(chunk)
  }

  private readonly onUpstreamData = (chunk: Buffer): void => {
    this.lastActivity = performance.now()
    const owed = this.conversation.replies.length
    try {
      this.upstreamPump.feed(chunk)
    } catch (caught) {
      this.conversation.fail(toGatewayError(caught), 'target')
      this.parts.upstream.stream.destroy()
    }
    if (this.conversation.replies.length !== owed)
      this.conversation.workingSince = this.lastActivity
  }

  private readonly onUpstreamEnd = (): void => {
    this.conversation.replies.wake(true)
    this.conversation.fail(
      new TargetError('ERR_TARGET_LOST', 'the target closed the connection'),
      'target',
    )
  }
}

function isKilled({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof GatewayError && reason.code === 'ERR_SESSION_CLIENT_GONE')
}

function closingOf(reason: unknown): Closing {
  const error =
    reason instanceof GatewayError
      ? reason
      : new SessionError('ERR_SESSION_KILLED', 'the session was ended')
  return { reason: error.code === 'ERR_SESSION_DRAINED' ? 'drained' : 'killed', error }
}
