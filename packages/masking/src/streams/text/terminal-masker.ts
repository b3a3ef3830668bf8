import type { StreamMasker } from '../../plan'
import type { Edit, SpanMasker } from '../../span-masker'
import { noBytes } from '../unreadable'
import { escapeSequence, type EscapeSequence } from './escape-sequence'
import { HiddenBytes } from './hidden-bytes'
import { invisibleAt } from './invisible'
import { TextPieces } from './text-pieces'

/** An escape sequence that is longer is passed as what it is: text. */
const maxSequence = 64 * 1024
const escape = 0x1b

/** Masks what a program writes to a terminal. Escape sequences stay; detectors see the text between them as one. */
export class TerminalMasker implements StreamMasker {
  readonly active = true
  readonly isBehind = false
  maskedCells = 0
  readonly #spans: SpanMasker
  readonly #pieces: TextPieces
  #visible = Buffer.alloc(0)
  readonly #hidden = new HiddenBytes()
  /** How many visible bytes have been let go: where `#visible` begins in the stream. */
  #gone = 0
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
    this.#hidden.takeBefore(out, Infinity)
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
    if (kept === this.#visible.length) this.#hidden.takeBefore(out, Infinity)
    this.#visible = this.#visible.subarray(kept)
    this.#shown = Math.max(0, this.#shown - kept)
    this.#gone += kept
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
      if (isVisible(byte) && (byte < 0x80 || invisibleAt(input, at) === undefined)) {
        at++
        continue
      }
      show(at)
      const hidden = hiddenFrom(input, at)
      let { end } = hidden
      if (end === -1) {
        if (!last && input.length - at <= maxSequence) {
          this.#pending = Buffer.from(input.subarray(at))
          from = input.length
          break
        }
        end = at + 1
      }
      const bytes = Buffer.from(input.subarray(at, end))
      this.#hidden.add(this.#gone + length, hidden.carriesText ? this.#masked(bytes) : bytes)
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
      this.#hidden.takeBefore(out, this.#gone + from + end)
      out.push(shown)
      this.maskedCells++
      at = from + end
    }
    this.#plain(out, at, to)
  }

  #plain(out: Uint8Array[], from: number, to: number): void {
    let at = from
    for (;;) {
      const next = this.#hidden.nextBefore(this.#gone + to)
      if (next === undefined) break
      const mark = next - this.#gone
      if (mark > at) out.push(this.#visible.subarray(at, mark))
      at = Math.max(at, mark)
      this.#hidden.takeNext(out)
    }
    if (to > at) out.push(this.#visible.subarray(at, to))
  }
}

function isVisible(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** The sequence with text of its own that begins at `at`, or all that stands there side by side without any. */
function hiddenFrom(input: Uint8Array, at: number): EscapeSequence {
  let end = at
  while (end < input.length) {
    const next = nextHidden(input, end)
    if (next === undefined) break
    if (next.end === -1 || next.carriesText) return end === at ? next : { end, carriesText: false }
    end = next.end
  }
  return { end, carriesText: false }
}

function nextHidden(input: Uint8Array, at: number): EscapeSequence | undefined {
  const byte = input[at] ?? 0
  if (isVisible(byte)) return invisibleAt(input, at)
  return byte === escape ? escapeSequence(input, at) : plainControl(at)
}

function plainControl(at: number): EscapeSequence {
  return { end: at + 1, carriesText: false }
}
