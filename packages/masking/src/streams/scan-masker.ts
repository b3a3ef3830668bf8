import type { GatewayError } from '@wardgate/errors'
import type { SpanMasker } from '../span-masker'
import type { StreamMasker } from '../plan'
import { oversize, streamLimits } from './limits'
import { TextMasker } from './text/text-masker'
import { noBytes } from './unreadable'

/** Content in which nothing can be masked: held whole, and shown as it is when no detector finds anything in it. */
export class ScanMasker implements StreamMasker {
  readonly active = true
  readonly isBehind = false
  readonly maskedCells = 0
  readonly #asItIs: TextMasker
  /** ASCII in UTF-16 is ASCII with a NUL beside every character. */
  readonly #narrowed: TextMasker
  readonly #found: () => GatewayError
  readonly #parts: Buffer[] = []
  #bytes = 0

  constructor(spans: SpanMasker, armoured: boolean, found: () => GatewayError) {
    this.#asItIs = new TextMasker(spans, armoured)
    this.#narrowed = new TextMasker(spans, armoured)
    this.#found = found
  }

  write(chunk: Uint8Array): Uint8Array {
    this.#bytes += chunk.length
    const most = streamLimits.scanBytes
    if (this.#bytes > most) throw oversize('body', `it is scanned, and longer than ${most} bytes`)
    this.#parts.push(Buffer.from(chunk))
    this.#asItIs.write(chunk)
    this.#narrowed.write(chunk.filter((byte) => byte !== 0))
    return noBytes
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    this.#asItIs.end()
    this.#narrowed.end()
    if (this.#asItIs.maskedCells + this.#narrowed.maskedCells > 0) throw this.#found()
    return Buffer.concat(this.#parts)
  }
}
