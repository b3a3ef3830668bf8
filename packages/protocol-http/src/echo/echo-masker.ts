import type { TargetCredential } from '@wardgate/gateway'
import { readEscapes } from './escape'
import { EscapedFinder, type Span } from './escaped-finder'
import { formsOf } from './forms'

/** How one secret is looked for. */
interface Search {
  readonly forms: readonly Buffer[]
  readonly escaped: EscapedFinder
}

/** The first `length` bytes of a form. */
interface Beginning {
  readonly form: Buffer
  readonly length: number
}

const noBeginnings: readonly Beginning[] = []
const noSpans: readonly Span[] = []
const shown = '[credential]'
const escapeStart = /[%\\&=]/
/** What is shorter is too likely to be part of something else. */
const MIN_SECRET_LENGTH = 8

/** Finds the credential that a request carried in what comes back, and hides it. Lengths stay, and so does framing. */
export class EchoMasker {
  readonly #bySecret: ReadonlyMap<string, Search | undefined>
  readonly #escaped: readonly EscapedFinder[]
  /** The longest first. */
  readonly #forms: readonly Buffer[]
  readonly #texts: readonly string[]
  readonly #beginnings = new Map<number, readonly Beginning[]>()

  /** `former` knows some of the secrets already: their forms are not made again. */
  constructor(secrets: readonly string[], former?: EchoMasker) {
    const known = former === undefined ? undefined : former.#bySecret
    const searchOnce = (secret: string) => known?.get(secret) ?? searchFor(secret)
    this.#bySecret = new Map(secrets.map((secret) => [secret, searchOnce(secret)]))
    const searches = [...this.#bySecret.values()].filter((search) => search !== undefined)
    this.#escaped = searches.map(({ escaped }) => escaped)
    this.#forms = searches.flatMap(({ forms }) => forms).sort((a, b) => b.length - a.length)
    this.#texts = this.#forms.map((form) => form.toString('latin1'))
  }

  isOf(secrets: readonly string[]): boolean {
    const { size } = this.#bySecret
    return secrets.length === size && secrets.every((secret) => this.#bySecret.has(secret))
  }

  /** Secrets that are too short to be looked for leave nothing to do. */
  get active(): boolean {
    return this.#forms.length > 0
  }

  get longest(): number {
    return this.#forms[0]?.length ?? 0
  }

  get forms(): readonly Buffer[] {
    return this.#forms
  }

  /** The same bytes when there is nothing to hide. */
  mask(bytes: Buffer): Buffer {
    return covered(bytes, this.#spansIn(bytes))
  }

  /** Header values: bytes as Latin-1. */
  maskText(text: string): string {
    if (!escapeStart.test(text) && !this.#texts.some((form) => text.includes(form))) return text
    return this.mask(Buffer.from(text, 'latin1')).toString('latin1')
  }

  /** How many bytes at the end may be the beginning of a form. */
  pendingIn(bytes: Buffer): number {
    const end = bytes.length
    let pending = 0
    for (const { form, length } of this.#beginningsWith(bytes[end - 1])) {
      if (length <= pending || length > end || bytes[end - length] !== form[0]) continue
      if (bytes.compare(form, 0, length, end - length, end) === 0) pending = length
    }
    return Math.max(pending, ...this.#escaped.map((escaped) => escaped.pendingIn(bytes)))
  }

  /** Looked up once for each byte that a chunk ends with. */
  #beginningsWith(last: number | undefined): readonly Beginning[] {
    if (last === undefined) return noBeginnings
    const known = this.#beginnings.get(last)
    if (known !== undefined) return known
    const found: Beginning[] = []
    for (const form of this.#forms)
      for (let at = form.indexOf(last); at !== -1; at = form.indexOf(last, at + 1))
        if (at + 1 < form.length) found.push({ form, length: at + 1 })
    this.#beginnings.set(last, found)
    return found
  }

  /** In order and apart: finds that overlap are one. */
  #spansIn(bytes: Buffer): readonly Span[] {
    const text = bytes.toString('latin1')
    const read = escapeStart.test(text) ? readEscapes(text) : undefined
    const found = read === undefined ? [] : this.#escaped.flatMap((each) => each.spansIn(read))
    for (const form of this.#forms)
      for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + form.length))
        found.push({ start: at, end: at + form.length })
    if (found.length === 0) return noSpans
    found.sort((a, b) => a.start - b.start)
    const spans: Span[] = []
    for (const span of found) {
      const last = spans.at(-1)
      if (last === undefined || span.start >= last.end) spans.push(span)
      else spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    }
    return spans
  }
}

/** A copy with the spans filled: what was handed in may be read by others. */
export function covered(bytes: Buffer, spans: readonly Span[]): Buffer {
  if (spans.length === 0) return bytes
  const copy = Buffer.from(bytes)
  for (const { start, end } of spans) {
    copy.fill('*', start, end)
    if (end - start >= shown.length) copy.write(shown, start, 'latin1')
  }
  return copy
}

function searchFor(secret: string): Search | undefined {
  if (secret.length < MIN_SECRET_LENGTH) return undefined
  return { forms: formsOf(secret), escaped: new EscapedFinder(secret) }
}

const kept = new WeakMap<TargetCredential, EchoMasker>()

/** Made once for a session's credential, and again when what is sent for it changes. Undefined = nothing to hide. */
export function echoMaskerOf(
  credential: TargetCredential,
  secrets: readonly string[],
): EchoMasker | undefined {
  if (secrets.length === 0) return undefined
  const former = kept.get(credential)
  const masker = former?.isOf(secrets) === true ? former : new EchoMasker(secrets, former)
  if (masker !== former) kept.set(credential, masker)
  return masker.active ? masker : undefined
}
