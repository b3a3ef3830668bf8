import { emptyPlan, type MaskingPlan, type MaskMethod, type StreamMasker } from '../plan'
import { compileBodyMasker } from '../streams/compile-body-masker'

const key = Buffer.from('a key of the connection')

export const redact: MaskMethod = { kind: 'redact' }

export function planOf(
  parts: { paths?: readonly string[]; detectors?: readonly string[]; method?: MaskMethod } = {},
): MaskingPlan {
  const { paths = [], detectors = [], method = redact } = parts
  return {
    ...emptyPlan,
    paths: paths.map((path) => ({ path, rule: 'p/paths', method })),
    detectors: detectors.map((detector) => ({ detector, rule: 'p/detectors', method })),
  }
}

export function maskerFor(mediaType: string, plan: MaskingPlan): StreamMasker {
  return compileBodyMasker({ plan, mediaType, key })
}

/** What comes out when the body arrives in chunks that end at `cuts`. */
export function streamed(
  mediaType: string,
  plan: MaskingPlan,
  body: string | Uint8Array,
  cuts: readonly number[] = [],
): Buffer {
  const masker = maskerFor(mediaType, plan)
  const bytes = Buffer.from(body)
  const borders = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const out: Buffer[] = []
  let from = 0
  for (const border of [...borders, bytes.length]) {
    // A copy of its own, as a socket would hand over; and the output is copied before the next call.
    out.push(Buffer.from(masker.write(Buffer.from(bytes.subarray(from, border)))))
    from = border
  }
  out.push(Buffer.from(masker.end()))
  return Buffer.concat(out)
}

export function shown(
  mediaType: string,
  plan: MaskingPlan,
  body: string | Uint8Array,
  cuts?: readonly number[],
): string {
  return streamed(mediaType, plan, body, cuts).toString('utf8')
}

/** The value and the forms in which it could still be read. */
export function leakForms(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  return [
    value,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    Array.from(value).reverse().join(''),
    value.toUpperCase(),
    value.toLowerCase(),
  ]
}
