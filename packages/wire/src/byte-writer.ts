/** Writes big-endian fields into a growing buffer. */
export class ByteWriter {
  private bytes: Buffer
  private at = 0

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafe(capacity)
  }

  get length(): number {
    return this.at
  }

  u8(value: number): this {
    this.reserve(1)
    this.at = this.bytes.writeUInt8(value, this.at)
    return this
  }

  i16(value: number): this {
    this.reserve(2)
    this.at = this.bytes.writeInt16BE(value, this.at)
    return this
  }

  u16(value: number): this {
    this.reserve(2)
    this.at = this.bytes.writeUInt16BE(value, this.at)
    return this
  }

  i32(value: number): this {
    this.reserve(4)
    this.at = this.bytes.writeInt32BE(value, this.at)
    return this
  }

  u32(value: number): this {
    this.reserve(4)
    this.at = this.bytes.writeUInt32BE(value, this.at)
    return this
  }

  put(bytes: Uint8Array): this {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
    return this
  }

  /** Copies `source[start, end)`. */
  copy(source: Buffer, start: number, end: number): this {
    this.reserve(end - start)
    this.at += source.copy(this.bytes, this.at, start, end)
    return this
  }

  text(text: string): this {
    this.reserve(Buffer.byteLength(text))
    this.at += this.bytes.write(text, this.at, 'utf8')
    return this
  }

  /** Text and its zero byte. A zero inside would end it early on the other side: it is left out. */
  cstring(text: string): this {
    return this.text(text.includes('\0') ? text.replaceAll('\0', '') : text).u8(0)
  }

  /** Overwrites a field that was reserved earlier, such as a length. */
  patchI32(position: number, value: number): this {
    this.bytes.writeInt32BE(value, position)
    return this
  }

  /** What was written. The writer must not be used afterwards: the buffer is handed over. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.at)
  }

  private reserve(length: number): void {
    const wanted = this.at + length
    if (wanted <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(wanted, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.at)
    this.bytes = grown
  }
}
