import { rmSync } from 'node:fs'
import type { Segment } from './segment'

/** The segments that nothing is written to any more, oldest first. */
export class ClosedSegments {
  readonly #segments: Segment[]
  #bytes: number

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments]
    this.#bytes = sumOf(segments)
  }

  get bytes(): number {
    return this.#bytes
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  add(segment: Segment): void {
    this.#segments.push(segment)
    this.#bytes += segment.bytes
  }

  /** Those that hold nothing behind `sequence`. `open` is the segment behind them all. */
  upTo(sequence: number, open: Segment): readonly Segment[] {
    return this.#segments.filter(
      (_, index) => (this.#segments[index + 1] ?? open).firstSequence <= sequence + 1,
    )
  }

  /** Deletes `oldest`, which are the first of them. */
  delete(oldest: readonly Segment[]): void {
    for (const segment of oldest) rmSync(segment.path)
    this.#segments.splice(0, oldest.length)
    this.#bytes -= sumOf(oldest)
  }
}

function sumOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, 0)
}
