import { keyedDigest } from './methods/keyed'
import { maskText, redacted } from './methods/mask-value'
import type { DetectorMask, MaskMethod } from './plan'
import { SpanMasker } from './span-masker'

export interface TextMaskerInput {
  readonly detectors: readonly DetectorMask[]
  readonly key: Uint8Array
}

/** Masks what detectors find in free text: errors, notices, logs. */
export function compileTextMasker({ detectors, key }: TextMaskerInput): (text: string) => string {
  const spans = new SpanMasker(detectors, keyedDigest(key))
  if (!spans.active) return (text) => text
  return (text) => {
    const bytes = Buffer.from(text)
    const masked = spans.maskBytes(bytes)
    if (masked === bytes) return text
    return masked === null ? redacted : Buffer.from(masked).toString('utf8')
  }
}

/** One text value as the client may see it; null = no value. */
export function maskValue(text: string, method: MaskMethod, key: Uint8Array): string | null {
  return maskText(text, method, keyedDigest(key))
}
