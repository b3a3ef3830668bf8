import { ProtocolError, SessionError, TargetError } from '@wardgate/errors'
import type { Gate } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import type { Run } from '../relay/run'
import type { TrackedState } from '../relay/session-state'
import { expectPinned } from '../upstream/connect'
import type { UpstreamConnection } from '../upstream/connection'
import {
  frame,
  fromClient,
  fromUpstream,
  notification,
  readCommandTag,
  readFields,
  readNotification,
  readParameterStatus,
  readTransactionStatus,
  responseWithFields,
} from '../wire'
import { readFrame, type Frame } from '../wire/read-frame'
import type { ClientFrames } from './client-frames'
import { writeAll } from './write-all'

export interface AnswerParts {
  readonly client: Duplex
  readonly frames: ClientFrames
  readonly upstream: UpstreamConnection
  readonly gate: Gate
  readonly state: TrackedState
  readonly maxMessageBytes: number
  readonly run: Run
}

/** Passed on as they are; every other message has a handler, or ends the session. */
const plain = new Set<number>([
  fromUpstream.RowDescription,
  fromUpstream.CopyOutResponse,
  fromUpstream.CopyDone,
  fromUpstream.EmptyQueryResponse,
])
/** What a client may say while copying besides data; they ask for nothing. */
const ignored = new Set<number>([fromClient.Sync, fromClient.Flush])
const freeText = ['M', 'D', 'H', 'W', 'q']

/** One permitted command from its forward to ReadyForQuery, with a stream of copy data in either direction. */
export class Answer {
  private readonly parts: AnswerParts
  private readonly stop = new AbortController()
  private readonly signal: AbortSignal
  private isOver = false
  private wakePump: () => void = () => undefined
  private readonly copyingOrOver = new Promise<void>((resolve) => (this.wakePump = resolve))

  constructor(parts: AnswerParts, outer: AbortSignal) {
    this.parts = parts
    this.signal = AbortSignal.any([outer, this.stop.signal])
  }

  async relay(command: Buffer): Promise<void> {
    const { run, upstream } = this.parts
    const pumping = this.pump().catch((error: unknown) => this.stop.abort(error))
    try {
      await writeAll(upstream.stream, command, this.signal)
      while (!this.isOver) await this.show(await this.next())
      run.settleAsEnded()
    } finally {
      this.isOver = true
      this.wakePump()
      run.settle('unknown')
      // Waits for nothing more: whatever it peeked at is the next message's.
      void pumping
    }
  }

  private async next(): Promise<Frame> {
    const { upstream, maxMessageBytes } = this.parts
    try {
      return await readFrame(upstream.stream, maxMessageBytes, this.signal)
    } catch (cause) {
      this.signal.throwIfAborted()
      const message = 'the target closed the connection'
      throw new TargetError('ERR_TARGET_LOST', message, { cause })
    }
  }

  private async show({ code, body }: Frame): Promise<void> {
    const { run, state } = this.parts
    switch (code) {
      case fromUpstream.CopyData:
        run.bytes += body.length
        return this.toClient(
          frame(code, (out) => out.put(body)),
          false,
        )
      case fromUpstream.DataRow:
        run.rows += 1
        run.bytes += body.length
        return this.toClient(frame(code, (out) => out.put(body)))
      case fromUpstream.CopyBothResponse:
      case fromUpstream.CopyInResponse:
        this.wakePump()
        break
      case fromUpstream.CommandComplete:
        run.completion = readCommandTag(body)
        break
      case fromUpstream.ErrorResponse:
      case fromUpstream.NoticeResponse:
        return this.toClient(this.readResponse(code, body))
      case fromUpstream.NotificationResponse:
        return this.toClient(this.readNotification(body))
      case fromUpstream.ParameterStatus:
        this.noteParameter(body)
        break
      case fromUpstream.ReadyForQuery:
        this.isOver = true
        state.ready(readTransactionStatus(body[0]), true)
        break
      default:
        if (!plain.has(code)) throw unexpected()
    }
    return this.toClient(frame(code, (out) => out.put(body)))
  }

  private async toClient(bytes: Buffer, isRecorded = true): Promise<void> {
    const { client, gate } = this.parts
    // What is streamed is not kept a second time: a recording is of what people and programs do.
    if (isRecorded) gate.record('out', bytes)
    await writeAll(client, bytes, this.signal)
    if (gate.isBehind) await gate.caughtUp()
  }

  private readResponse(code: number, body: Buffer): Buffer {
    const { gate, run } = this.parts
    const fields = new Map(readFields(body))
    for (const letter of freeText) {
      const text = fields.get(letter)
      if (text !== undefined) fields.set(letter, gate.maskText(text))
    }
    if (code === fromUpstream.ErrorResponse)
      run.error = { code: fields.get('C') ?? 'XX000', message: fields.get('M') ?? '' }
    return responseWithFields(code, fields)
  }

  private readNotification(body: Buffer): Buffer {
    const { processId, channel, payload } = readNotification(body)
    return notification(processId, channel, this.parts.gate.maskText(payload))
  }

  /** Fails closed: what is decided as UTF-8 with standard strings must not run in another reading. */
  private noteParameter(body: Buffer): void {
    const { upstream, state } = this.parts
    const { name, value } = readParameterStatus(body)
    upstream.parameters.set(name, value)
    state.reported(name, value)
    expectPinned(upstream.parameters)
  }

  /** What the client sends while it is answered: copy data once the target wants it, else it waits for its turn. */
  private async pump(): Promise<void> {
    await this.peek()
    await this.copyingOrOver
    for (;;) {
      const message = await this.peek()
      if (this.isOver || message === undefined) return
      this.parts.frames.drop()
      if (await this.endsCopy(message)) break
    }
    await this.peek()
  }

  private async peek(): Promise<Frame | undefined> {
    const message = await this.parts.frames.peek()
    if (message === undefined && !this.isOver)
      throw new SessionError('ERR_SESSION_CLIENT_GONE', 'the client went away')
    return message
  }

  private async endsCopy({ code, body }: Frame): Promise<boolean> {
    if (ignored.has(code)) return false
    const isEnd = code === fromClient.CopyDone || code === fromClient.CopyFail
    if (code !== fromClient.CopyData && !isEnd)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a message that is no copy data')
    await writeAll(
      this.parts.upstream.stream,
      frame(code, (out) => out.put(body)),
      this.signal,
    )
    return isEnd
  }
}

function unexpected(): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the target sent a message out of place')
}
