import { isUtf8 } from 'node:buffer'
import { asBuffer } from '../../bytes'
import { malformed, oversize, streamLimits } from '../limits'

/** Told of every token, in order. `start` and `end` are of the input that is being read, quotes included. */
export interface JsonHandler {
  /** Whether nothing more is to be told for now. */
  readonly isBehind: boolean
  open(isObject: boolean, start: number): void
  close(end: number): void
  key(start: number, end: number, escaped: boolean): void
  string(start: number, end: number, escaped: boolean): void
  number(start: number, end: number): void
  literal(start: number, end: number): void
}

/** What may come next (RFC 8259 section 2). */
const next = {
  value: 0,
  elementOrEnd: 1,
  keyOrEnd: 2,
  key: 3,
  colon: 4,
  commaOrEnd: 5,
  nothing: 6,
} as const
type Next = (typeof next)[keyof typeof next]

const [quote, comma, colon, recordSeparator] = [0x22, 0x2c, 0x3a, 0x1e]
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]
const [backslash, minus] = [0x5c, 0x2d]

/** Bytes in strings that need a look: the quote, the backslash, control characters, and what is not ASCII. */
const special = new Uint8Array(256)
special.fill(1, 0, 0x20)
special.fill(1, 0x80)
special[quote] = 1
special[backslash] = 1

const numeric = new Uint8Array(256)
numeric.fill(1, 0x30, 0x3a)
for (const character of '+-.eE') numeric[character.charCodeAt(0)] = 1

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const escapeForm = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/
const literals = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
)

/** A strict reader of JSON that comes in pieces. Says where tokens are; keeps none of them. */
export class JsonScanner {
  readonly #handler: JsonHandler
  readonly #sequence: boolean
  readonly #objects = new Uint8Array(streamLimits.depth + 1)
  #depth = 0
  #next: Next = next.value
  /** How far into the string that is not complete has been read, and what was in it. */
  #read = 0
  #escaped = false
  #wide = false
  #begun = false

  constructor(handler: JsonHandler, sequence: boolean) {
    this.#handler = handler
    this.#sequence = sequence
  }

  /** Where the first token begins that is not complete; the input's length when all are. Throws when it is no JSON. */
  read(input: Uint8Array, last: boolean): number {
    const length = input.length
    if (length === 0) return 0
    let at = this.#begun ? 0 : this.#byteOrderMark(input, last)
    while (at < length) {
      if (at === -1) return 0
      const byte = input[at] as number
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        at++
        continue
      }
      const end = byte === quote ? this.#string(input, at) : this.#other(input, at, byte, last)
      if (end === -1) {
        if (last) throw malformed('JSON', 'it ends within a value')
        if (length - at > streamLimits.tokenBytes)
          throw oversize('JSON', `one value is larger than ${streamLimits.tokenBytes} bytes`)
        return at
      }
      at = end
      if (byte === quote && this.#handler.isBehind) break
    }
    return at
  }

  /** Throws when the text ends within a document. Nothing at all is fine: many answers have no body. */
  finish(): void {
    if (this.#depth > 0) throw malformed('JSON', 'it ends early')
  }

  /** Where the text begins, -1 when too little is there. The mark is passed on: RFC 8259 8.1 lets readers ignore it. */
  #byteOrderMark(input: Uint8Array, last: boolean): number {
    const isMark = input[0] === 0xef && (input[1] ?? 0xbb) === 0xbb && (input[2] ?? 0xbf) === 0xbf
    if (isMark && input.length < 3) {
      if (last) throw malformed('JSON', 'it ends within a character')
      return -1
    }
    this.#begun = true
    return isMark ? 3 : 0
  }

  #other(input: Uint8Array, at: number, byte: number, last: boolean): number {
    switch (byte) {
      case openObject:
      case openArray:
        return this.#open(at, byte === openObject)
      case closeObject:
      case closeArray:
        return this.#close(at, byte === closeObject)
      case comma:
        if (this.#next !== next.commaOrEnd) throw misplaced()
        this.#next = this.#objects[this.#depth] === 1 ? next.key : next.value
        return at + 1
      case colon:
        if (this.#next !== next.colon) throw misplaced()
        this.#next = next.value
        return at + 1
      case recordSeparator:
        // RFC 7464: every text of a sequence begins with one.
        if (!this.#sequence || this.#depth > 0) throw misplaced()
        this.#next = next.value
        return at + 1
      default:
        return byte === minus || (byte >= 0x30 && byte <= 0x39)
          ? this.#number(input, at, last)
          : this.#literal(input, at)
    }
  }

  #open(at: number, isObject: boolean): number {
    this.#expectValue()
    if (this.#depth === streamLimits.depth)
      throw oversize('JSON', `it is nested deeper than ${streamLimits.depth} levels`)
    this.#objects[++this.#depth] = isObject ? 1 : 0
    this.#next = isObject ? next.keyOrEnd : next.elementOrEnd
    this.#handler.open(isObject, at)
    return at + 1
  }

  #close(at: number, isObject: boolean): number {
    const empty = isObject ? next.keyOrEnd : next.elementOrEnd
    const mayEnd = this.#next === next.commaOrEnd || this.#next === empty
    if (this.#depth === 0 || (this.#objects[this.#depth] === 1) !== isObject || !mayEnd)
      throw misplaced()
    this.#depth--
    this.#afterValue()
    this.#handler.close(at + 1)
    return at + 1
  }

  #string(input: Uint8Array, start: number): number {
    const end = this.#endOfString(input, start)
    if (end === -1) return -1
    if (this.#wide && !isUtf8(input.subarray(start, end)))
      throw malformed('JSON', 'a string is not UTF-8')
    const escaped = this.#escaped
    this.#escaped = this.#wide = false
    if (this.#next === next.key || this.#next === next.keyOrEnd) {
      this.#next = next.colon
      this.#handler.key(start, end, escaped)
      return end
    }
    this.#expectValue()
    this.#afterValue()
    this.#handler.string(start, end, escaped)
    return end
  }

  /** After the closing quote; -1 when it has not come, and `#read` says how far was looked. */
  #endOfString(input: Uint8Array, start: number): number {
    const length = input.length
    let at = start + (this.#read === 0 ? 1 : this.#read)
    for (; at < length; at++) {
      const byte = input[at] as number
      if (special[byte] === 0) continue
      if (byte === quote) {
        this.#read = 0
        return at + 1
      }
      if (byte >= 0x80) this.#wide = true
      else if (byte !== backslash) throw malformed('JSON', 'a control character in a string')
      else {
        const escape = escapeForm.exec(asBuffer(input).toString('latin1', at, at + 6))
        if (escape === null && at + 6 <= length) throw malformed('JSON', 'an escape that is none')
        if (escape === null) break
        this.#escaped = true
        at += escape[0].length - 1
      }
    }
    this.#read = at - start
    return -1
  }

  #number(input: Uint8Array, start: number, last: boolean): number {
    let end = start + 1
    const first = input[start] as number
    let plain = first >= 0x31
    for (; end < input.length && numeric[input[end] as number] === 1; end++)
      plain = plain && (input[end] as number) >= 0x30 && (input[end] as number) <= 0x39
    if (end === input.length && !last) return -1
    if (!plain && !numberForm.test(asBuffer(input).toString('latin1', start, end)))
      throw malformed('JSON', 'a number that is none')
    this.#expectValue()
    this.#afterValue()
    this.#handler.number(start, end)
    return end
  }

  #literal(input: Uint8Array, start: number): number {
    const word = literals.get(input[start] ?? 0)
    if (word === undefined) throw misplaced()
    const there = Math.min(word.length, input.length - start)
    for (let i = 1; i < there; i++) if (word[i] !== input[start + i]) throw misplaced()
    if (there < word.length) return -1
    this.#expectValue()
    this.#afterValue()
    this.#handler.literal(start, start + word.length)
    return start + word.length
  }

  #expectValue(): void {
    if (this.#next === next.value || this.#next === next.elementOrEnd) return
    if (this.#sequence && this.#next === next.nothing) return
    throw misplaced()
  }

  #afterValue(): void {
    this.#next = this.#depth === 0 ? next.nothing : next.commaOrEnd
  }
}

function misplaced(): Error {
  return malformed('JSON', 'something stands where it may not')
}
