import { type GatewayError, toGatewayError } from '@wardgate/errors'
import type { Closing, Gate, Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import type { PostgresSettings } from '../settings'
import type { Cancels } from '../upstream/cancels'
import type { UpstreamConnection } from '../upstream/connection'
import { MAX_IN_FLIGHT } from './limits'
import { LastDescription } from './last-description'
import type { Outbox } from './outbox'
import { Pauses } from './pauses'
import { PreparedObjects } from './prepared'
import { Replies, type Reply } from './replies'
import type { Run } from './run'
import type { RunClock } from './run-clock'
import { flush } from '../wire'
import type { TrackedState } from './session-state'

export interface ConversationParts {
  readonly client: Duplex
  readonly upstream: UpstreamConnection
  readonly gate: Gate
  readonly target: Target
  readonly settings: PostgresSettings
  readonly state: TrackedState
  readonly outbox: Outbox
  readonly maxMessageBytes: number
  readonly cancels: Cancels
  /** Of runs that are limited in time. */
  readonly runClock: RunClock
  /** Ends the conversation; only the first reason counts. */
  readonly end: (closing: Closing) => void
}

/** What both pumps of one session share: what is owed, what is prepared, what state the target is in. */
export class Conversation {
  readonly parts: ConversationParts
  readonly replies = new Replies()
  readonly prepared = new PreparedObjects()
  readonly lastDescription = new LastDescription()
  /** After an error everything is discarded up to the client's next Sync, as the target does. */
  isSkipping = false
  /** The client's copy data belongs to this run. */
  copyIn: Run | undefined
  hasEnded = false
  /** It ended otherwise than by the client's leave: nothing more of the target's is looked at. */
  isBroken = false
  /** The client is gone or has said goodbye: nothing may wait for an approval any more. */
  isClientGone = false
  isHeld = false
  /** Whether an Execute was forwarded since the last Sync: an error then undoes it. */
  hasRunInGroup = false
  /** Counts Syncs and Queries. */
  group = 0
  /** A row to the client is half written: nothing may come between its parts. */
  isMidMessage = false
  /** Something of this transaction touched masked columns: errors may quote them up to its end, as at COMMIT. */
  touchesMasked = false
  /** Settles when it is known whether the target's next message may pass. */
  awaited: Promise<void> | undefined
  /** When the target began with what it is to answer next; milliseconds, monotonic. */
  workingSince = performance.now()
  private deferred: Buffer[] = []
  private readonly pauses: Pauses

  constructor(parts: ConversationParts) {
    this.parts = parts
    this.pauses = new Pauses(parts.upstream.stream)
  }

  /** An operation that has its permit and is about to be forwarded. */
  begin(run: Run): Run {
    this.touchesMasked ||= run.permit.touchesMasked ?? false
    return run
  }

  fail(error: GatewayError, reason: Closing['reason'] = 'error'): void {
    this.parts.end({ reason, error })
  }

  /** Towards the client at the next boundary between messages, out of turn. */
  tell(bytes: Buffer): void {
    if (this.isMidMessage) this.deferred.push(bytes)
    else this.show(bytes)
  }

  takeDeferred(): Buffer[] {
    const { deferred } = this
    if (deferred.length > 0) this.deferred = []
    return deferred
  }

  show(bytes: Buffer): void {
    const { client, gate } = this.parts
    if (bytes.length === 0 || !client.writable) return
    gate.record('out', bytes)
    if (!client.write(bytes)) this.waitForClient()
    if (gate.isBehind) this.waitForRecording()
  }

  private waitForClient(): void {
    if (!this.pauses.begin('client')) return
    const { client } = this.parts
    const goOn = () => {
      client.off('drain', goOn).off('close', goOn)
      this.pauses.end('client')
    }
    // A client that is gone never drains: the rest of its result is read and dropped, so that it ends.
    client.once('drain', goOn).once('close', goOn)
  }

  private waitForRecording(): void {
    if (!this.pauses.begin('recording')) return
    this.parts.gate.caughtUp().then(
      () => this.pauses.end('recording'),
      (error: unknown) => {
        this.fail(toGatewayError(error))
        // A session that said goodbye has ended before: it must not wait for what is not read any more.
        this.replies.wake(true)
      },
    )
  }

  /** Towards the client when everything owed before has been answered. */
  answerInTurn(bytes: Buffer): void {
    if (this.replies.length === 0) this.tell(bytes)
    else this.replies.push({ kind: 'local', bytes })
  }

  /** Forwards a message whose answer is `reply`. */
  forward(bytes: Buffer, reply: Reply): void {
    if (this.replies.length === 0) this.workingSince = performance.now()
    this.replies.push(reply)
    this.parts.outbox.write(bytes)
  }

  /** Waits until fewer replies are owed; Flush, because the target may be sitting on them. */
  async settleBelow(count: number): Promise<void> {
    // In copy-in mode the target waits for the client, not the other way round.
    if (this.replies.length < count || this.copyIn !== undefined) return
    this.parts.outbox.write(flush)
    await this.replies.fewerThan(count)
  }

  get isCrowded(): boolean {
    return this.replies.length >= MAX_IN_FLIGHT
  }

  /** What the target will not run any more. */
  abandon(reply: Reply, status: 'cancelled' | 'unknown'): void {
    if (reply.kind === 'parse') {
      this.prepared.revertStatement(reply.statement)
      reply.run.settle(status)
    } else if (reply.kind === 'bind') this.prepared.removePortal(reply.portal)
    else if (reply.kind === 'close') {
      if (reply.statement !== undefined)
        this.prepared.reopenStatement(reply.statement, reply.generation)
    } else if (reply.kind === 'execute') {
      reply.run.settle(status)
      this.prepared.removePortal(reply.portal)
    } else if (reply.kind === 'query' || reply.kind === 'call') reply.run.settle(status)
  }

  /** Whatever is still open has an outcome that nobody saw. */
  abandonAll(): void {
    for (const reply of this.replies.all()) this.abandon(reply, 'unknown')
    this.prepared.endAll()
    this.replies.wake(true)
    this.pauses.forget()
  }
}
