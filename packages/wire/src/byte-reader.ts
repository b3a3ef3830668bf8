import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '@wardgate/errors'

/**
 * Reads big-endian fields from one frame. Every read is checked against the frame's end: a length that
 * points past it is malformed, never a read of what lies behind.
 */
export class ByteReader {
  private readonly bytes: Buffer
  private readonly end: number
  private at: number

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    if (start < 0 || end > bytes.length || start > end)
      throw malformed('a frame outside its buffer')
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get remaining(): number {
    return this.end - this.at
  }

  get position(): number {
    return this.at
  }

  u8(): number {
    return this.bytes.readUInt8(this.take(1))
  }

  i16(): number {
    return this.bytes.readInt16BE(this.take(2))
  }

  u16(): number {
    return this.bytes.readUInt16BE(this.take(2))
  }

  i32(): number {
    return this.bytes.readInt32BE(this.take(4))
  }

  u32(): number {
    return this.bytes.readUInt32BE(this.take(4))
  }

  /** A view, not a copy. */
  slice(length: number): Buffer {
    const start = this.take(length)
    return this.bytes.subarray(start, start + length)
  }

  rest(): Buffer {
    return this.slice(this.remaining)
  }

  /** Text that ends with a zero byte. Invalid UTF-8 is malformed: a decision on guessed text would be void. */
  cstring(): string {
    const stop = this.bytes.indexOf(0, this.at)
    if (stop === -1 || stop >= this.end) throw malformed('a text without its terminator')
    const text = this.bytes.subarray(this.at, stop)
    if (!isUtf8(text)) throw malformed('a text that is not valid UTF-8')
    this.at = stop + 1
    return text.toString('utf8')
  }

  /** Bytes left over after the last field are malformed: they would be forwarded without having been read. */
  expectEnd(): void {
    if (this.at !== this.end) throw malformed(`${this.end - this.at} bytes after the last field`)
  }

  private take(length: number): number {
    if (length < 0 || length > this.end - this.at) throw malformed('a field longer than its frame')
    const start = this.at
    this.at += length
    return start
  }
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `malformed message: ${what}`)
}
