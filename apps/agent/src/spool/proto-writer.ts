/** Bytes kept free after `position`, so that fixed-size writes need no check of their own. */
const slack = 64
const maximumBytes = 1 << 28
/** Ids and names: to copy them here is cheaper than a call into native code. Their length takes one byte. */
const shortChars = 64

/** Writes protobuf fields, by their numbers, into one growing buffer. Proto3 defaults are the caller's to skip. */
export class ProtoWriter {
  #buffer: Buffer
  position = 0

  constructor(capacity = 1 << 16) {
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  get buffer(): Buffer {
    return this.#buffer
  }

  reserve(bytes: number): void {
    const needed = this.position + bytes + slack
    if (needed <= this.#buffer.length) return
    if (needed > maximumBytes) throw new RangeError('spool write buffer over its limit')
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.position)
    this.#buffer = grown
  }

  byte(value: number): void {
    this.#buffer[this.position++] = value
  }

  uint32le(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at)
  }

  /** Any safe non-negative integer; bit operations alone would cut it to 32 bits. */
  varint(value: number): void {
    let rest = value
    if (rest > 0x7fffffff) {
      const high = Math.floor(rest / 2 ** 28)
      this.#lowest28(rest - high * 2 ** 28)
      rest = high
    }
    while (rest > 127) {
      this.#buffer[this.position++] = (rest & 127) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.position++] = rest
  }

  #lowest28(bits: number): void {
    for (let shift = 0; shift < 28; shift += 7) this.byte(((bits >>> shift) & 127) | 0x80)
  }

  uint(field: number, value: number): void {
    if (value <= 0) return
    this.reserve(16)
    this.varint(field << 3)
    this.varint(value)
  }

  bool(field: number, value: boolean): void {
    if (value) this.uint(field, 1)
  }

  string(field: number, value: string): void {
    if (value.length === 0) return
    if (value.length <= shortChars && this.#shortAscii(field, value)) return
    const length = Buffer.byteLength(value, 'utf8')
    this.reserve(length)
    this.#lengthTag(field)
    this.varint(length)
    this.position += this.#buffer.write(value, this.position, length, 'utf8')
  }

  /** False = nothing is written: not ASCII, whose length is known beforehand. */
  #shortAscii(field: number, value: string): boolean {
    const { length } = value
    this.reserve(length)
    const start = this.position
    this.#lengthTag(field)
    const buffer = this.#buffer
    let at = this.position
    buffer[at++] = length
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 127) {
        this.position = start
        return false
      }
      buffer[at++] = code
    }
    this.position = at
    return true
  }

  /** Bytes that come as a string of as many characters; fewer than 128. */
  binary(field: number, value: string): void {
    this.reserve(value.length)
    this.#lengthTag(field)
    this.#buffer[this.position++] = value.length
    this.position += this.#buffer.write(value, this.position, 'latin1')
  }

  /** Fields that were written elsewhere. */
  raw(fields: Uint8Array): void {
    this.reserve(fields.length)
    this.#buffer.set(fields, this.position)
    this.position += fields.length
  }

  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.presentBytes(field, value)
  }

  /** Writes the field even when it is empty: for `optional bytes`. */
  presentBytes(field: number, value: Uint8Array): void {
    this.reserve(value.length)
    this.#lengthTag(field)
    this.varint(value.length)
    this.#buffer.set(value, this.position)
    this.position += value.length
  }

  /**
   * Opens a nested message whose length is not known yet. The length takes four bytes, padded:
   * parsers must accept such a varint (protobuf encoding, Base 128 Varints).
   */
  open(field: number): number {
    this.reserve(16)
    this.#lengthTag(field)
    const at = this.position
    this.position += 4
    return at
  }

  close(at: number): void {
    const length = this.position - at - 4
    const buffer = this.#buffer
    buffer[at] = (length & 127) | 0x80
    buffer[at + 1] = ((length >>> 7) & 127) | 0x80
    buffer[at + 2] = ((length >>> 14) & 127) | 0x80
    buffer[at + 3] = (length >>> 21) & 127
  }

  /** Of a string, bytes or a message (protobuf encoding, Message Structure). */
  #lengthTag(field: number): void {
    this.varint((field << 3) | 2)
  }
}
