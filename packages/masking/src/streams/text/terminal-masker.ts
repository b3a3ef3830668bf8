import type { StreamMasker } from '../../plan'
import type { Edit, SpanMasker } from '../../span-masker'
import { noBytes } from '../unreadable'
import { escapeSequence } from './escape-sequence'
import { TextPieces } from './text-pieces'

/** Bytes that show nothing: they go out where they stood, and detectors do not see them. */
interface Mark {
  /** Of the visible byte that follows, in the text that is kept. */
  at: number
  readonly bytes: Uint8Array
}

/** An escape sequence that is longer is passed as what it is: text. */
const maxSequence = 64 * 1024

/** Masks what a program writes to a terminal. Escape sequences stay; detectors see the text between them as one. */
export class TerminalMasker implements StreamMasker {
  readonly active = true
  maskedCells = 0
  readonly #spans: SpanMasker
  readonly #pieces: TextPieces
  #visible = Buffer.alloc(0)
  #marks: Mark[] = []
  /** The beginning of an escape sequence. */
  #pending = Buffer.alloc(0)
  /** How many of the visible bytes that are kept have been shown already, because nothing followed for a while. */
  #shown = 0

  constructor(spans: SpanMasker, armoured: boolean) {
    this.#spans = spans
    this.#pieces = new TextPieces(spans, armoured)
  }

  write(chunk: Uint8Array): Uint8Array {
    this.#take(Buffer.concat([this.#pending, chunk]), false)
    return this.#run(false)
  }

  idle(): Uint8Array {
    const out: Uint8Array[] = []
    this.#emit(out, 0, this.#visible.length, this.#spans.editsIn(this.#visible))
    this.#marksBefore(out, Infinity)
    this.#shown = this.#visible.length
    return Buffer.concat(out)
  }

  end(): Uint8Array {
    this.#take(this.#pending, true)
    return this.#run(true)
  }

  #run(last: boolean): Uint8Array {
    const out: Uint8Array[] = []
    const kept = this.#pieces.read(this.#visible, last, (from, to, edits) => {
      this.#emit(out, from, to, edits)
    })
    // What shows nothing need not wait unless text before it does.
    if (kept === this.#visible.length) this.#marksBefore(out, Infinity)
    this.#visible = this.#visible.subarray(kept)
    this.#shown = Math.max(0, this.#shown - kept)
    for (const mark of this.#marks) mark.at -= kept
    return Buffer.concat(out)
  }

  /** Takes input apart into what is seen and what is not. */
  #take(input: Buffer, last: boolean): void {
    const visible: Buffer[] = [this.#visible]
    let length = this.#visible.length
    let from = 0
    this.#pending = Buffer.alloc(0)
    const show = (to: number) => {
      visible.push(input.subarray(from, to))
      length += to - from
    }
    for (let at = 0; at < input.length;) {
      const byte = input[at] ?? 0
      const isPlain = byte >= 0x20 && byte !== 0x7f
      if (isPlain || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        at++
        continue
      }
      show(at)
      const sequence = byte === 0x1b ? escapeSequence(input, at) : plainControl(at)
      let { end } = sequence
      if (end === -1) {
        if (!last && input.length - at <= maxSequence) {
          this.#pending = Buffer.from(input.subarray(at))
          from = input.length
          break
        }
        end = at + 1
      }
      const bytes = Buffer.from(input.subarray(at, end))
      this.#marks.push({ at: length, bytes: sequence.carriesText ? this.#masked(bytes) : bytes })
      from = at = end
    }
    show(input.length)
    this.#visible = Buffer.concat(visible)
  }

  #masked(bytes: Buffer): Uint8Array {
    const shown = this.#spans.maskBytes(bytes)
    if (shown === bytes) return bytes
    this.maskedCells++
    return shown ?? noBytes
  }

  #emit(out: Uint8Array[], from: number, to: number, edits: readonly Edit[]): void {
    let at = Math.max(from, this.#shown)
    for (const { start, end, shown } of edits) {
      if (from + end <= at) continue
      this.#plain(out, at, from + start)
      this.#marksBefore(out, from + end)
      out.push(shown)
      this.maskedCells++
      at = from + end
    }
    this.#plain(out, at, to)
  }

  #plain(out: Uint8Array[], from: number, to: number): void {
    let at = from
    while (this.#marks[0] !== undefined && this.#marks[0].at < to) {
      const mark = this.#marks.shift()
      if (mark === undefined) break
      if (mark.at > at) out.push(this.#visible.subarray(at, mark.at))
      at = Math.max(at, mark.at)
      out.push(mark.bytes)
    }
    if (to > at) out.push(this.#visible.subarray(at, to))
  }

  #marksBefore(out: Uint8Array[], to: number): void {
    while (this.#marks[0] !== undefined && this.#marks[0].at < to)
      out.push(this.#marks.shift()?.bytes ?? noBytes)
  }
}

function plainControl(at: number) {
  return { end: at + 1, carriesText: false }
}
