import { oversize, streamLimits } from '../limits'

interface Mark {
  /** Of the visible byte that follows, counted from the beginning of the stream. */
  readonly at: number
  readonly parts: Uint8Array[]
}

/** What a part takes in memory besides its bytes, about. */
const partBytes = 64

/** Bytes that show nothing, each where it stood in the text: they go out there, and detectors do not see them. */
export class HiddenBytes {
  #marks: Mark[] = []
  /** Of the first mark that has not gone out: to shift a long array costs its length each time. */
  #first = 0
  #held = 0

  /** Throws when so many wait for the text before them that nobody could hold them: fails closed. */
  add(at: number, bytes: Uint8Array): void {
    this.#held += bytes.length + partBytes
    if (this.#held > streamLimits.tokenBytes)
      throw oversize('output', 'too much that shows nothing stands within one word')
    const last = this.#marks.at(-1)
    if (last?.at === at && this.#first < this.#marks.length) last.parts.push(bytes)
    else this.#marks.push({ at, parts: [bytes] })
  }

  /** Where the next one stands, when that is before `to`. */
  nextBefore(to: number): number | undefined {
    const at = this.#marks[this.#first]?.at
    return at !== undefined && at < to ? at : undefined
  }

  /** Moves the next one to `out`. */
  takeNext(out: Uint8Array[]): void {
    for (const part of this.#marks[this.#first]?.parts ?? []) {
      this.#held -= part.length + partBytes
      out.push(part)
    }
    this.#first++
    if (this.#first < this.#marks.length) return
    this.#marks = []
    this.#first = 0
  }

  takeBefore(out: Uint8Array[], to: number): void {
    while (this.nextBefore(to) !== undefined) this.takeNext(out)
  }
}
