import { ProtocolError, toGatewayError } from '@wardgate/errors'
import type { Denial, Operation, Permit } from '@wardgate/gateway'
import { holdNotice } from '../errors'
import { fromClient, sync } from '../wire'
import { ClientInbox } from './client-inbox'
import type { Conversation } from './conversation'
import { copyFromClient } from './copy-in'
import { bindPortal, closeObject, describeObject, executePortal, parseStatement } from './extended'
import { INBOX_HIGH_BYTES, MAX_HELD_BYTES, MAX_IN_FLIGHT, MESSAGE_MILLIS } from './limits'
import { callFunction, runQuery } from './simple'
import type { Wait } from './when-known'

// Looked up once: they are compared with every message.
const {
  Bind,
  Close,
  CopyData,
  CopyDone,
  CopyFail,
  Describe,
  Execute,
  Flush,
  FunctionCall,
  Parse,
  Query,
  Sync,
  Terminate,
} = fromClient

/** Handles the client's messages one after the other: the next is not looked at before the last is decided. */
export class ClientPump {
  private readonly conversation: Conversation
  private readonly inbox: ClientInbox
  private isBusy = false
  private isPaused = false
  private hasEnded = false
  private hasTerminated = false
  private unfinished: NodeJS.Timeout | undefined
  /** A whole message was handled since the last look at what is unfinished. */
  private hasMoved = false

  constructor(conversation: Conversation) {
    this.conversation = conversation
    this.inbox = new ClientInbox(conversation.parts.maxMessageBytes)
  }

  get isIdle(): boolean {
    return !this.isBusy
  }

  /** A client that has not said goodbye may still read, also when it sends nothing more. */
  get isListening(): boolean {
    return !this.hasTerminated && this.conversation.parts.client.writable
  }

  readonly onData = (chunk: Buffer): void => {
    const { gate } = this.conversation.parts
    gate.record('in', chunk)
    this.inbox.push(chunk)
    if (this.conversation.isHeld) this.watchHeld()
    else if (this.inbox.length > INBOX_HIGH_BYTES && this.isBusy) this.pause()
    if (!this.isBusy) this.run()
  }

  /** No more bytes will come. What came before is still handled, but nothing waits for an approval. */
  readonly onEnd = (): void => {
    if (this.hasEnded) return
    this.hasEnded = true
    this.conversation.isClientGone = true
    if (this.conversation.isHeld) this.conversation.parts.gate.withdraw()
    if (!this.isBusy) this.conversation.parts.end({ reason: 'client' })
  }

  submit(operation: Operation): Permit | Denial | Promise<Permit | Denial> {
    const verdict = this.conversation.parts.gate.submit(operation, this)
    return verdict instanceof Promise ? verdict.then(this.decided) : verdict
  }

  private readonly decided = (verdict: Permit | Denial): Permit | Denial => {
    this.conversation.isHeld = false
    return verdict
  }

  /** Told by the gate while it waits. A client that is gone must not be waited for. */
  held(hold: {
    readonly approvalId: string
    readonly url: string
    readonly message: string
  }): void {
    const { conversation } = this
    conversation.isHeld = true
    if (conversation.isClientGone || conversation.isSkipping) {
      queueMicrotask(() => conversation.parts.gate.withdraw())
      return
    }
    conversation.tell(holdNotice(hold))
    this.resume()
    this.watchHeld()
  }

  /** A client that says goodbye behind a held operation does not want it any more. */
  private watchHeld(): void {
    const { conversation, inbox } = this
    if (inbox.length > MAX_HELD_BYTES) {
      conversation.fail(
        new ProtocolError(
          'ERR_PROTOCOL_OVERSIZE',
          'too many bytes behind an operation that is held',
        ),
      )
    } else if (inbox.endsWithTerminate) {
      conversation.isClientGone = true
      conversation.parts.gate.withdraw()
    }
  }

  /** What is decided from the memo is handled to its end at once: promises would cost more than the decision. */
  private readonly run = (): void => {
    this.isBusy = true
    try {
      const pending = this.handleAll()
      if (pending === undefined) this.rest()
      else pending.then(this.run, this.breakOff)
    } catch (caught) {
      this.breakOff(caught)
    }
  }

  private readonly breakOff = (caught: unknown): void => {
    this.conversation.fail(toGatewayError(caught))
    this.rest()
  }

  /** Undefined = everything that is whole has been handled; else what the next message has to wait for. */
  private handleAll(): Wait {
    const { conversation, inbox } = this
    while (!conversation.hasEnded && inbox.length > 0) {
      const { pending } = conversation.parts.cancels
      if (pending !== undefined) return pending
      if (!inbox.next()) return undefined
      this.hasMoved = true
      const handled = this.handle(inbox.code, inbox.frame)
      if (handled !== undefined) return handled.then(() => this.room())
      const room = this.room()
      if (room !== undefined) return room
    }
    return undefined
  }

  private room(): Wait {
    const { conversation, inbox } = this
    if (this.isPaused && inbox.length <= INBOX_HIGH_BYTES) this.resume()
    const { gate, outbox } = conversation.parts
    if (gate.isBehind) return gate.caughtUp().then(() => this.room())
    return outbox.isFull || conversation.isCrowded ? this.waitForRoom() : undefined
  }

  private rest(): void {
    const { conversation } = this
    this.isBusy = false
    this.watchUnfinished()
    if (this.isPaused) this.resume()
    if (this.hasEnded && !conversation.hasEnded) conversation.parts.end({ reason: 'client' })
  }

  /** Everything whole was handled: what is left is a part of a message, and its time runs from its first byte. */
  private watchUnfinished(): void {
    const { conversation, inbox } = this
    if (inbox.length === 0 || conversation.hasEnded) this.stop()
    else if (this.unfinished === undefined || this.hasMoved) {
      this.stop()
      this.unfinished = setTimeout(() => {
        const what = 'a message took too long to arrive'
        conversation.fail(new ProtocolError('ERR_PROTOCOL_MALFORMED', what))
      }, MESSAGE_MILLIS).unref()
    }
    this.hasMoved = false
  }

  stop(): void {
    clearTimeout(this.unfinished)
    this.unfinished = undefined
  }

  private handle(code: number, frame: Buffer): Wait {
    const { conversation } = this
    if (code === Sync) return this.sync()
    if (code === Terminate) {
      this.hasEnded = true
      this.hasTerminated = true
      conversation.isClientGone = true
      conversation.parts.end({ reason: 'client' })
      return undefined
    }
    if (conversation.isSkipping) return undefined
    const body = frame.subarray(5)
    switch (code) {
      case Query:
        return runQuery(conversation, this, frame, body)
      case Parse:
        return parseStatement(conversation, this, frame, body)
      case Bind:
        return bindPortal(conversation, this, frame, body)
      case Execute:
        return executePortal(conversation, this, frame, body)
      case Describe:
        return describeObject(conversation, frame, body)
      case Close:
        return closeObject(conversation, frame, body)
      case FunctionCall:
        return callFunction(conversation, this, frame, body)
      case CopyData:
      case CopyDone:
      case CopyFail:
        return copyFromClient(conversation, code, frame)
      case Flush:
        conversation.parts.outbox.write(frame)
        return undefined
      default:
        throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `unknown message type ${code}`)
    }
  }

  /** In copy-in mode the target ignores Sync, so it must not be owed an answer. */
  private sync(): undefined {
    const { conversation } = this
    if (conversation.copyIn !== undefined) return undefined
    conversation.isSkipping = false
    conversation.hasRunInGroup = false
    conversation.forward(sync, { kind: 'sync', group: conversation.group })
    conversation.group += 1
    return undefined
  }

  private async waitForRoom(): Promise<void> {
    const { conversation } = this
    const { outbox, upstream } = conversation.parts
    if (conversation.isCrowded && conversation.copyIn === undefined)
      await conversation.settleBelow(MAX_IN_FLIGHT / 2)
    if (!outbox.isFull || conversation.hasEnded) return
    await new Promise<void>((resolve) => {
      upstream.stream.once('drain', resolve).once('close', resolve)
    })
  }

  private pause(): void {
    this.isPaused = true
    this.conversation.parts.client.pause()
  }

  private resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.conversation.parts.client.resume()
  }
}
