/** Wire types that are used (protobuf encoding, Message Structure). */
const wire = { varint: 0, bit64: 1, lengthDelimited: 2, bit32: 5 } as const

/** A varint has seven bits a byte, and 64 at most. */
const longestVarint = 10

/**
 * Reads fields of serialised messages where they lie, for what comes by the thousand a second: no message objects, and
 * no bigints. Throws a RangeError where the bytes break off.
 */
export class FieldCursor {
  readonly #bytes: Buffer
  #at = 0
  #end: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  get position(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  /** Goes to a message within the bytes. */
  enter(start: number, end: number): void {
    if (start > end || end > this.#bytes.length) throw new RangeError('a message breaks off')
    this.#at = start
    this.#end = end
  }

  /** Whether the field with this tag of one byte comes next; its value does then. */
  takes(tag: number): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== tag) return false
    this.#at += 1
    return true
  }

  /** Exact up to the safe integers; larger ones are larger than those. */
  varint(): number {
    let [value, scale] = [0, 1]
    for (let length = 0; length < longestVarint && this.#at < this.#end; length++) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new RangeError('a number breaks off')
  }

  /** Passes over a value that says its length; where it begins. It ends where the cursor is. */
  span(): number {
    const length = this.varint()
    const start = this.#at
    if (length > this.#end - start) throw new RangeError('a value breaks off')
    this.#at = start + length
    return start
  }

  /** As its bytes say, which are its characters when it is ASCII. */
  latin1(): string {
    const start = this.span()
    return this.#bytes.toString('latin1', start, this.#at)
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case wire.varint:
        this.varint()
        return
      case wire.bit64:
        return this.#pass(8)
      case wire.lengthDelimited:
        this.span()
        return
      case wire.bit32:
        return this.#pass(4)
      default:
        throw new RangeError('a field of no type that is used')
    }
  }

  #pass(length: number): void {
    if (length > this.#end - this.#at) throw new RangeError('a value breaks off')
    this.#at += length
  }
}

export function isLengthTag(tag: number): boolean {
  return (tag & 7) === wire.lengthDelimited
}

/** Field number and wire type as one number. */
export function lengthTag(field: number): number {
  return (field << 3) | wire.lengthDelimited
}

export function varintTag(field: number): number {
  return field << 3
}
