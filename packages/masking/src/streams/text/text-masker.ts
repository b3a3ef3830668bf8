import { asBuffer } from '../../bytes'
import type { StreamMasker } from '../../plan'
import type { Edit, SpanMasker } from '../../span-masker'
import { Carry } from '../carry'
import { noBytes } from '../unreadable'
import { TextPieces } from './text-pieces'

/** Masks text as it streams by, by detectors alone. Patterns of a policy's own are looked for line by line. */
export class TextMasker implements StreamMasker {
  readonly active = true
  readonly isBehind = false
  maskedCells = 0
  readonly #pieces: TextPieces
  readonly #carry = new Carry()

  constructor(spans: SpanMasker, armoured: boolean) {
    this.#pieces = new TextPieces(spans, armoured)
  }

  write(chunk: Uint8Array): Uint8Array {
    return this.#run(chunk, false)
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    return this.#run(noBytes, true)
  }

  #run(chunk: Uint8Array, last: boolean): Uint8Array {
    const input = this.#carry.join(chunk)
    const out: Uint8Array[] = []
    const kept = this.#pieces.read(input, last, (from, to, edits) => {
      this.maskedCells += edits.length
      out.push(...edited(input, from, to, edits))
    })
    // A copy: what is kept is overwritten by what comes next.
    const shown = Buffer.concat(out)
    this.#carry.keep(input, kept)
    return shown
  }
}

function* edited(
  input: Uint8Array,
  from: number,
  to: number,
  edits: readonly Edit[],
): Generator<Uint8Array> {
  let at = from
  for (const { start, end, shown } of edits) {
    yield asBuffer(input).subarray(at, from + start)
    yield shown
    at = from + end
  }
  yield asBuffer(input).subarray(at, to)
}
