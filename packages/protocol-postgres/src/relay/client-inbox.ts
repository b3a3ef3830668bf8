import { ProtocolError } from '@wardgate/errors'
import { ChunkAssembler } from '@wardgate/wire'
import { terminate } from '../wire'

/** Parts what the client sends into frames. Frames are views: valid until the chunk they lie in is dropped. */
export class ClientInbox {
  /** Of the current frame. */
  code = 0
  frame: Buffer = Buffer.alloc(0)
  private readonly assembler = new ChunkAssembler()
  private readonly maxMessageBytes: number
  private readonly chunks: Buffer[] = []
  private size = 0
  private current: Buffer | undefined
  private lastChunk: Buffer | undefined
  private at = 0

  constructor(maxMessageBytes: number) {
    this.maxMessageBytes = maxMessageBytes
  }

  /** How many bytes wait to be read. */
  get length(): number {
    return this.size + this.assembler.length
  }

  /** Whether the last bytes are a Terminate message, or look like one. */
  get endsWithTerminate(): boolean {
    return this.lastChunk?.subarray(-5).equals(terminate) === true
  }

  push(chunk: Buffer): void {
    this.lastChunk = chunk
    this.chunks.push(chunk)
    this.size += chunk.length
  }

  /** Moves to the next whole frame. The length is checked before anything waits for the body. */
  next(): boolean {
    for (;;) {
      if (this.current === undefined && !this.takeChunk()) return false
      const { current, at } = this
      if (current === undefined) continue
      const left = current.length - at
      const size = left < 5 ? 5 : this.sizeAt(current, at)
      if (left >= size && left >= 5) {
        this.code = current.readUInt8(at)
        this.frame = current.subarray(at, at + size)
        this.at += size
        this.size -= size
        if (this.at === current.length) this.current = undefined
        return true
      }
      this.size -= left
      this.assembler.keep(current.subarray(at), size)
      this.current = undefined
    }
  }

  private takeChunk(): boolean {
    const chunk = this.chunks.shift()
    if (chunk === undefined) return false
    const kept = this.assembler.length
    const whole = this.assembler.push(chunk)
    if (whole === undefined) {
      this.size -= chunk.length
      return this.takeChunk()
    }
    this.size += kept
    this.current = whole
    this.at = 0
    return true
  }

  private sizeAt(chunk: Buffer, at: number): number {
    const size = chunk.readInt32BE(at + 1) + 1
    if (size < 5) throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a length below its minimum')
    if (size > this.maxMessageBytes)
      throw new ProtocolError(
        'ERR_PROTOCOL_OVERSIZE',
        `a message of ${size} bytes; the limit is ${this.maxMessageBytes}`,
      )
    return size
  }
}
