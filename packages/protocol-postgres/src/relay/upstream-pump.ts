import { ProtocolError, TargetError, toGatewayError } from '@wardgate/errors'
import { ChunkAssembler } from '@wardgate/wire'
import { fromUpstream } from '../wire'
import { ClientOutput } from './client-output'
import type { Conversation } from './conversation'
import { showAsynchronous } from './asynchronous'
import { inTurns, largeRowBytes } from './look-ahead'
import { maskRow } from './mask-row'
import { handleReply } from './reply-handlers'
import {
  admitCopyData,
  admitRow,
  looksAhead,
  maskCopyData,
  withhold,
  type Admission,
} from './results'

const HEADER_BYTES = 5
// Looked up once: they are compared with every message.
const { CopyData, DataRow, NoticeResponse, NotificationResponse, ParameterStatus } = fromUpstream

/**
 * Reads what the target sends by its headers. Rows that nothing masks pass through unread, in runs as they came;
 * everything else is read whole, within the limit.
 */
export class UpstreamPump {
  private readonly conversation: Conversation
  private readonly assembler = new ChunkAssembler()
  private readonly output = new ClientOutput()
  /** Bytes of the current message that are still to pass, or to be dropped. */
  private passing = 0
  private isDropping = false
  private isWaiting = false
  /** What was said of the message that comes next, which may not be whole yet: it is counted once. */
  private admitted: Admission | undefined
  private isLookedAt = false
  private readonly goOn: (nothing: Buffer) => void

  /** `goOn`: told when a wait is over, to feed again. */
  constructor(conversation: Conversation, goOn: (nothing: Buffer) => void) {
    this.conversation = conversation
    this.goOn = goOn
  }

  /** Between messages, with nothing kept. */
  get isClean(): boolean {
    return this.passing === 0 && this.assembler.length === 0
  }

  feed(chunk: Buffer): void {
    const { conversation, output } = this
    if (this.isWaiting) return this.keepWaiting(chunk)
    const buffer = this.assembler.push(chunk)
    if (buffer === undefined) return
    output.begin(buffer)
    try {
      this.read(buffer)
    } finally {
      conversation.isMidMessage = this.passing > 0 && !this.isDropping
      conversation.show(output.finish())
    }
  }

  private read(buffer: Buffer): void {
    let at = 0
    let wanted = HEADER_BYTES
    while (at < buffer.length) {
      if (this.passing > 0) {
        at = this.pass(buffer, at)
        continue
      }
      const left = buffer.length - at
      if (left < HEADER_BYTES) break
      const code = buffer.readUInt8(at)
      const size = buffer.readInt32BE(at + 1) + 1
      if (size < HEADER_BYTES) throw malformed()
      const admission = this.admitted ?? this.admit(code, size)
      if (admission === 'wait') return this.wait(buffer.subarray(at))
      if (admission !== 'read') {
        this.admitted = undefined
        this.passing = size
        this.isDropping = admission === 'drop'
        continue
      }
      this.admitted = admission
      if (size > this.conversation.parts.maxMessageBytes) throw oversize(size)
      if (left < size) {
        wanted = size
        break
      }
      if (!this.next(code, buffer, at, size)) return this.wait(buffer.subarray(at))
      at += size
      if (this.conversation.isBroken) return
    }
    this.assembler.keep(buffer.subarray(at), wanted)
  }

  /** One message, which is whole; false = it has to be looked into first, and comes again. */
  private next(code: number, buffer: Buffer, at: number, size: number): boolean {
    if (size > largeRowBytes && this.lookAt(code, buffer.subarray(at, at + size))) return false
    this.admitted = undefined
    this.isLookedAt = false
    this.message(code, buffer, at, size)
    return true
  }

  /** A large row is looked at a step at a time, and read again once that is done. */
  private lookAt(code: number, message: Buffer): boolean {
    if (this.isLookedAt || (code !== DataRow && code !== CopyData)) return false
    const { conversation } = this
    const looked = looksAhead(conversation, message, code === CopyData)
    if (looked === undefined) return false
    this.isLookedAt = true
    conversation.awaited = inTurns(looked.steps, () => conversation.isBroken).catch(
      (error: unknown) => {
        withhold(conversation, looked.run, message.length, toGatewayError(error))
        this.admitted = 'drop'
        this.isLookedAt = false
      },
    )
    return true
  }

  /** The target waits with us: nothing of it is read until the message may be judged. */
  private wait(rest: Buffer): void {
    this.isWaiting = true
    this.keepWaiting(rest)
    const { awaited = Promise.resolve() } = this.conversation
    void awaited.then(() => {
      this.isWaiting = false
      if (this.conversation.isBroken) return
      this.conversation.parts.upstream.stream.resume()
      this.goOn(Buffer.alloc(0))
    })
  }

  private keepWaiting(bytes: Buffer): void {
    this.conversation.parts.upstream.stream.pause()
    this.assembler.keep(bytes, HEADER_BYTES)
  }

  private pass(buffer: Buffer, at: number): number {
    const { output } = this
    const end = Math.min(at + this.passing, buffer.length)
    if (!this.isDropping) output.keep(at, end)
    this.passing -= end - at
    if (this.passing === 0)
      for (const notice of this.conversation.takeDeferred()) output.put(notice)
    return end
  }

  private admit(code: number, size: number): Admission {
    if (code === DataRow) return admitRow(this.conversation, size)
    if (code === CopyData) return admitCopyData(this.conversation, size)
    return 'read'
  }

  private message(code: number, buffer: Buffer, at: number, size: number): void {
    const { conversation, output } = this
    const end = at + size
    if (code === DataRow) {
      const { head } = conversation.replies
      if (head?.kind !== 'execute' && head?.kind !== 'query') throw malformed()
      if (head.run.masker === undefined) throw malformed()
      maskRow({ source: buffer, at, size }, head.run.masker, output)
      return
    }
    const body = buffer.subarray(at + HEADER_BYTES, end)
    switch (code) {
      case CopyData:
        output.put(maskCopyData(conversation, body))
        return
      case ParameterStatus:
      case NoticeResponse:
      case NotificationResponse: {
        const shown = showAsynchronous(conversation, code, body)
        if (shown === undefined) output.keep(at, end)
        else output.put(shown)
        return
      }
      default: {
        const shown = handleReply(conversation, code, body)
        if (shown === 'as-is') output.keep(at, end)
        else if (shown !== 'nothing') output.put(shown)
        this.showLocal()
      }
    }
  }

  /** What we answer ourselves, now that its turn has come. */
  private showLocal(): void {
    const { replies } = this.conversation
    for (let head = replies.head; head?.kind === 'local'; head = replies.head) {
      this.output.put(head.bytes)
      replies.shift()
    }
  }
}

function malformed(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    'the target sent a message that is not legal at this point',
  )
}

function oversize(size: number): TargetError {
  return new TargetError(
    'ERR_TARGET_LOST',
    `the target sent a message of ${size} bytes to be masked`,
    {
      nextStep: 'Select less at once, or have an administrator raise the message limit.',
    },
  )
}
