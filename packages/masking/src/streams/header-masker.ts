import { asBuffer } from '../bytes'
import { keyedDigest, type KeyedDigest } from '../methods/keyed'
import { isStricter, maskText, redacted, stricter } from '../methods/mask-value'
import type { HeaderMask, MaskingPlan, MaskMethod } from '../plan'
import { SpanMasker } from '../span-masker'
import { wildcard } from '../wildcard'

export interface HeaderMaskerInput {
  readonly plan: MaskingPlan
  readonly key: Uint8Array
}

/** Masks the value of one header towards the client: by the header's name, otherwise by detectors. */
export function compileHeaderMasker({
  plan,
  key,
}: HeaderMaskerInput): (name: string, value: string) => string {
  const digest = keyedDigest(key)
  const spans = new SpanMasker(plan.detectors, digest)
  const named = (plan.headers ?? []).map((mask) => ({ mask, test: wildcard(mask.name) }))
  if (named.length === 0 && !spans.active) return (_name, value) => value
  return (name, value) => {
    const lower = name.toLowerCase()
    const masks = named.filter(({ test }) => test(lower)).map(({ mask }) => mask)
    const masker = new ValueMasker(strictestOf(masks), spans, digest)
    if (lower === 'set-cookie') return maskSetCookie(value, masker)
    return lower === 'cookie' ? maskCookies(value, masker) : masker.mask(value)
  }
}

function strictestOf(masks: readonly HeaderMask[]): MaskMethod | undefined {
  return masks
    .map(({ method }) => method)
    .reduce<MaskMethod | undefined>((a, b) => (a === undefined ? b : stricter(a, b)), undefined)
}

class ValueMasker {
  readonly #method: MaskMethod | undefined
  readonly #spans: SpanMasker
  readonly #digest: KeyedDigest

  constructor(method: MaskMethod | undefined, spans: SpanMasker, digest: KeyedDigest) {
    this.#method = method
    this.#spans = spans
    this.#digest = digest
  }

  mask(value: string): string {
    if (value === '') return value
    const bytes = Buffer.from(value)
    const found = this.#foundIn(value, bytes)
    if (this.#method !== undefined) {
      const method = found !== undefined && isStricter(found, this.#method) ? found : this.#method
      return fitForHeader(maskText(value, method, this.#digest) ?? '')
    }
    if (found === undefined) return value
    const masked = this.#spans.maskBytes(bytes)
    // What was found only in the decoded form cannot be cut out of the encoded one.
    if (masked === null || masked === bytes) return redacted
    const shown = asBuffer(masked).toString('utf8')
    const stillHidden = shown.includes('%') && this.#spans.strictestIn(percentDecoded(shown))
    return stillHidden ? redacted : fitForHeader(shown)
  }

  /** Percent-encoding (RFC 3986 2.1) hides an `@` from a detector but not from the client. */
  #foundIn(value: string, bytes: Uint8Array): MaskMethod | undefined {
    const plain = this.#spans.strictestIn(bytes)
    if (!value.includes('%')) return plain
    const decoded = percentDecoded(value)
    const hidden = this.#spans.strictestIn(decoded)
    if (hidden === undefined || (plain !== undefined && isStricter(plain, hidden))) return plain
    return hidden
  }
}

/** Bytes, as what is encoded need not be UTF-8; a `%` that begins no escape stands for itself. */
export function percentDecoded(value: string): Uint8Array {
  return Buffer.from(
    Buffer.from(value)
      .toString('latin1')
      .replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
}

/** A masked value has nothing that would end the header. */
function fitForHeader(value: string): string {
  return value.replace(/[\r\n\0]/g, ' ')
}

/** RFC 6265 4.1.1: the first pair is the cookie, the rest are attributes, of which Domain and Path may carry data too. */
function maskSetCookie(value: string, masker: ValueMasker): string {
  const [pair = '', ...attributes] = value.split(';')
  return [maskPair(pair, masker), ...attributes].join(';')
}

function maskCookies(value: string, masker: ValueMasker): string {
  return value
    .split(';')
    .map((pair) => maskPair(pair, masker))
    .join(';')
}

function maskPair(pair: string, masker: ValueMasker): string {
  const equals = pair.indexOf('=')
  if (equals < 0) return masker.mask(pair)
  const raw = pair.slice(equals + 1)
  const shown = masker.mask(raw)
  // A cookie's value has no blanks, commas or semicolons (RFC 6265 4.1.1).
  return pair.slice(0, equals + 1) + (shown === raw ? raw : shown.replace(/[\s,;"\\]/g, '_'))
}
