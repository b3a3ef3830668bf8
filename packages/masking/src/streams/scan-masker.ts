import type { GatewayError } from '@wardgate/errors'
import type { SpanMasker } from '../span-masker'
import type { StreamMasker } from '../plan'
import { oversize, streamLimits } from './limits'
import { noBytes } from './unreadable'

/** Content in which nothing can be masked: held whole, and shown as it is when no detector finds anything in it. */
export class ScanMasker implements StreamMasker {
  readonly active = true
  readonly maskedCells = 0
  readonly #spans: SpanMasker
  readonly #found: () => GatewayError
  readonly #parts: Buffer[] = []
  #bytes = 0

  constructor(spans: SpanMasker, found: () => GatewayError) {
    this.#spans = spans
    this.#found = found
  }

  write(chunk: Uint8Array): Uint8Array {
    this.#bytes += chunk.length
    const most = streamLimits.scanBytes
    if (this.#bytes > most) throw oversize('body', `it is scanned, and longer than ${most} bytes`)
    this.#parts.push(Buffer.from(chunk))
    return noBytes
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    const whole = Buffer.concat(this.#parts)
    // ASCII in UTF-16 is ASCII with a NUL beside every character.
    const narrowed = whole.filter((byte) => byte !== 0)
    if (!this.#isClean(whole) || !this.#isClean(narrowed)) throw this.#found()
    return whole
  }

  #isClean(bytes: Uint8Array): boolean {
    return this.#spans.maskBytes(bytes) === bytes
  }
}
