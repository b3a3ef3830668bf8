import { asBuffer } from './bytes'
import { detectorOf, patternPrefix } from './detectors'
import type { Detector } from './detectors/detector'
import { traitsOf, type Traits } from './detectors/traits'
import type { KeyedDigest } from './methods/keyed'
import { isStricter, maskText, redacted, stricter } from './methods/mask-value'
import type { DetectorMask, MaskMethod } from './plan'

interface Span {
  readonly start: number
  readonly end: number
  readonly method: MaskMethod
}

/** Bytes [start, end) that become `shown`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly shown: Uint8Array
}

const noEdits: readonly Edit[] = []

/** Finds what detectors know in text and masks just that. */
export class SpanMasker {
  /** Latin-1 maps bytes one to one, whatever they mean; a pattern of the policy's own has to see characters. */
  readonly encoding: 'latin1' | 'utf8'
  readonly #detectors: readonly { readonly detector: Detector; readonly method: MaskMethod }[]
  readonly #digest: KeyedDigest

  constructor(masks: readonly DetectorMask[], digest: KeyedDigest) {
    this.encoding = masks.some((m) => m.detector.startsWith(patternPrefix)) ? 'utf8' : 'latin1'
    this.#detectors = masks.map((m) => ({ detector: detectorOf(m.detector), method: m.method }))
    this.#digest = digest
  }

  get active(): boolean {
    return this.#detectors.length > 0
  }

  /** Whether any detector could find something in text with these traits. */
  possible(traits: Traits): boolean {
    for (const { detector } of this.#detectors) if (detector.possible(traits)) return true
    return false
  }

  /** The bytes with what was found masked; the same buffer when nothing was. */
  maskBytes(bytes: Uint8Array): Uint8Array | null {
    if (!this.possible(traitsOf(bytes))) return bytes
    const text = asBuffer(bytes).toString(this.encoding)
    const masked = this.maskText(text)
    return masked === text ? bytes : masked === null ? null : Buffer.from(masked, this.encoding)
  }

  /** `text` is in this masker's encoding: bytes as Latin-1, or characters. */
  maskText(text: string): string | null {
    const spans = this.#spans(text)
    const [first] = spans
    if (first === undefined) return text
    if (first.start === 0 && first.end === text.length) return this.#replace(text, first.method)
    let out = ''
    let from = 0
    for (const { start, end, method } of spans) {
      // Within a text there is no NULL.
      out += text.slice(from, start) + (this.#replace(text.slice(start, end), method) ?? redacted)
      from = end
    }
    return out + text.slice(from)
  }

  /** As `maskText`, of characters whatever this masker's encoding is. */
  maskCharacters(text: string): string | null {
    if (this.encoding === 'utf8') return this.maskText(text)
    const raw = Buffer.from(text).toString('latin1')
    const masked = this.maskText(raw)
    if (masked === raw) return text
    return masked === null ? null : Buffer.from(masked, 'latin1').toString('utf8')
  }

  /** What has to be replaced in the bytes, in order; for readers that keep more than the bytes. */
  editsIn(bytes: Uint8Array): readonly Edit[] {
    if (!this.possible(traitsOf(bytes))) return noEdits
    const text = asBuffer(bytes).toString(this.encoding)
    let [unit, byte] = [0, 0]
    const bytesBefore = (at: number) => {
      byte += this.encoding === 'latin1' ? at - unit : Buffer.byteLength(text.slice(unit, at))
      unit = at
      return byte
    }
    return this.#spans(text).map(({ start, end, method }) => {
      const shown = this.#replace(text.slice(start, end), method) ?? redacted
      return {
        start: bytesBefore(start),
        end: bytesBefore(end),
        shown: Buffer.from(shown, this.encoding),
      }
    })
  }

  /** The strictest method of all that was found; undefined when nothing was. */
  strictestIn(bytes: Uint8Array): MaskMethod | undefined {
    if (!this.possible(traitsOf(bytes))) return undefined
    let strictest: MaskMethod | undefined
    for (const { method } of this.#spans(asBuffer(bytes).toString(this.encoding))) {
      if (strictest === undefined || isStricter(method, strictest)) strictest = method
    }
    return strictest
  }

  #replace(raw: string, method: MaskMethod): string | null {
    if (method.kind === 'redact') return redacted
    if (this.encoding === 'utf8') return maskText(raw, method, this.#digest)
    const masked = maskText(Buffer.from(raw, 'latin1').toString('utf8'), method, this.#digest)
    return masked === null ? null : Buffer.from(masked).toString('latin1')
  }

  /** In order and apart: finds that overlap are one, masked by the stricter method. */
  #spans(text: string): Span[] {
    const found: Span[] = []
    for (const { detector, method } of this.#detectors) {
      detector.find(text, (start, end) => found.push({ start, end, method }))
    }
    if (found.length < 2) return found
    found.sort((a, b) => a.start - b.start)
    const merged: Span[] = []
    for (const span of found) {
      const last = merged.at(-1)
      if (last === undefined || span.start >= last.end) merged.push(span)
      else {
        merged[merged.length - 1] = {
          start: last.start,
          end: Math.max(last.end, span.end),
          method: stricter(last.method, span.method),
        }
      }
    }
    return merged
  }
}
