import type { Edit, SpanMasker } from '../../span-masker'
import { redacted } from '../../methods/mask-value'
import { armourLine, beginOfArmour, endOfArmour } from './armour'
import { lastSafeCut } from './safe-cut'

/** Told of every piece in order: bytes [from, to) of the input, and what becomes of them. */
export type OnPiece = (from: number, to: number, edits: readonly Edit[]) => void

/** A piece without a place to cut it is cut at this length, and a find that is not over is looked at this far on. */
const window = 32 * 1024
const lookahead = 4 * 1024
/** A key whose end is farther away is left out unread. */
const armourBytes = 32 * 1024
const redactedBytes = Buffer.from(redacted)
const gap = /[\s",;<>]/

/**
 * Cuts text into pieces that detectors may judge one by one, so that what they find does not depend on how the text
 * came. Says from where on the text has to be kept until more has come.
 */
export class TextPieces {
  readonly #spans: SpanMasker
  readonly #linesOnly: boolean
  readonly #armoured: boolean
  /** What is left out: the rest of a key, or of a find that is larger than the window. */
  #leavingOut: 'key' | 'find' | undefined

  constructor(spans: SpanMasker, armoured: boolean) {
    this.#spans = spans
    this.#linesOnly = spans.encoding === 'utf8'
    this.#armoured = armoured
  }

  read(input: Uint8Array, last: boolean, piece: OnPiece): number {
    for (let at = 0; ;) {
      at = this.#leaveOut(input, at, last, piece)
      if (this.#leavingOut !== undefined) return at
      const begin = this.#armoured ? beginOfArmour(input, at) : -1
      const reached = this.#segments(input, at, begin === -1 ? input.length : begin, {
        final: last || begin !== -1,
        piece,
      })
      if (this.#isLeavingOut()) {
        at = reached
        continue
      }
      if (begin === -1) return reached
      const end = this.#key(input, begin, last, piece)
      if (end === -1) return begin
      at = end
      if (at >= input.length) return at
    }
  }

  #isLeavingOut(): boolean {
    return this.#leavingOut !== undefined
  }

  #leaveOut(input: Uint8Array, at: number, last: boolean, piece: OnPiece): number {
    if (this.#leavingOut === undefined) return at
    const end = this.#leavingOut === 'key' ? endOfArmour(input, at) : endOfFind(input, at)
    if (end === -1) {
      // The line that ends a key may have come in part.
      const kept = this.#leavingOut === 'key' && !last ? armourLine : 0
      const to = Math.max(at, input.length - kept)
      piece(at, to, [{ start: 0, end: to - at, shown: new Uint8Array() }])
      return to
    }
    piece(at, end, [{ start: 0, end: end - at, shown: new Uint8Array() }])
    this.#leavingOut = undefined
    return end
  }

  #key(input: Uint8Array, begin: number, last: boolean, piece: OnPiece): number {
    const end = endOfArmour(input, begin)
    if (end === -1 && !last && input.length - begin <= armourBytes) return -1
    if (end !== -1 && end - begin <= armourBytes) {
      piece(begin, end, this.#spans.editsIn(input.subarray(begin, end)))
      return end
    }
    const to = Math.min(input.length, begin + armourBytes)
    piece(begin, to, [{ start: 0, end: to - begin, shown: redactedBytes }])
    this.#leavingOut = 'key'
    return to
  }

  #segments(
    input: Uint8Array,
    from: number,
    to: number,
    { final, piece }: { readonly final: boolean; readonly piece: OnPiece },
  ): number {
    let at = from
    while (at < to) {
      const end = Math.min(to, at + window)
      const cut = final && end === to ? to : lastSafeCut(input, at, end, this.#linesOnly)
      if (cut > at) this.#pieces(input, at, cut, piece)
      else if (end - at < window) return at
      else {
        at = this.#force(input, at, end, piece)
        if (this.#isLeavingOut()) return at
        continue
      }
      at = cut
    }
    return at
  }

  /** A pattern of the policy's own may look for the beginning and the end of a line. */
  #pieces(input: Uint8Array, from: number, to: number, piece: OnPiece): void {
    if (!this.#linesOnly) {
      piece(from, to, this.#spans.editsIn(input.subarray(from, to)))
      return
    }
    for (let at = from; at < to;) {
      const newline = input.indexOf(0x0a, at)
      const end = newline === -1 || newline >= to ? to : newline + 1
      let text = newline === end - 1 ? end - 1 : end
      if (input[text - 1] === 0x0d && text > at) text--
      piece(at, end, this.#spans.editsIn(input.subarray(at, text)))
      at = end
    }
  }

  /** Text without a place to cut: cut where no find is, short of the end, as one that begins there may go on. */
  #force(input: Uint8Array, from: number, end: number, piece: OnPiece): number {
    const edits = this.#spans.editsIn(input.subarray(from, end))
    let cut = end - from - lookahead
    while (cut > 0 && ((input[from + cut] ?? 0) & 0xc0) === 0x80) cut--
    const across = edits.find((edit) => edit.start < cut && edit.end > cut)
    if (across !== undefined) cut = across.start > 0 ? across.start : across.end
    piece(
      from,
      from + cut,
      edits.filter((edit) => edit.end <= cut),
    )
    if (from + cut === end) this.#leavingOut = 'find'
    return from + cut
  }
}

function endOfFind(input: Uint8Array, from: number): number {
  for (let at = from; at < input.length; at++)
    if (gap.test(String.fromCharCode(input[at] as number))) return at
  return -1
}
