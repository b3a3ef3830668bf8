import { asBuffer } from '../../bytes'
import { traitsOf } from '../../detectors/traits'
import { redacted } from '../../methods/mask-value'
import { Carry } from '../carry'
import type { PathState } from '../path/path-machine'
import { SteppedMasker } from '../stepped-masker'
import { finished, stepBytes, type Steps } from '../steps'
import { noBytes } from '../unreadable'
import type { ValueMasks } from '../value-masks'
import { JsonScanner, type JsonHandler } from './json-scanner'
import { NameCache, type CachedName } from './name-cache'
import { maskedContainer, maskedLiteral, maskedNumber } from './json-values'
import { jsonWithin, shownWithin, type ShownText, type Within } from './text-within'

export interface JsonMaskerOptions {
  /** Several documents one behind the other: NDJSON, RFC 7464. */
  readonly sequence: boolean
  /** Where in the paths the document stands. */
  readonly root: PathState
  /** How many strings of JSON it lies within. */
  readonly embedded: number
}

/** Masks JSON as it streams by. What is not masked stays as it was, byte for byte. */
export class JsonMasker extends SteppedMasker implements JsonHandler {
  readonly #masks: ValueMasks
  readonly #options: JsonMaskerOptions
  readonly #scanner: JsonScanner
  readonly #carry = new Carry()
  readonly #names = new NameCache()
  /** By open container: where it stands, and for arrays the index of the next element; -1 = an object. */
  readonly #states: PathState[] = []
  readonly #indexes: number[] = []
  #member: PathState
  /** Depth of the masked container that is being left out; 0 = none. */
  #hidden = 0
  #input: Uint8Array = noBytes
  #from = 0
  #out: Uint8Array[] = []
  /** A long string that is being worked through. */
  #work: Steps<Uint8Array> | undefined

  constructor(masks: ValueMasks, options: JsonMaskerOptions) {
    super()
    this.#masks = masks
    this.#options = options
    this.#member = options.root
    this.#scanner = new JsonScanner(this, options.sequence)
  }

  get isBehind(): boolean {
    return this.#work !== undefined
  }

  protected finish(): void {
    this.#scanner.finish()
  }

  /** One step, or all that is before the next long string. Nothing comes while one is being worked through. */
  protected run(chunk: Uint8Array, last: boolean): Uint8Array {
    this.#out = []
    if (this.#work !== undefined) {
      const step = this.#work.next()
      if (step.done !== true) return noBytes
      this.#work = undefined
      this.#out.push(step.value)
    }
    const kept = this.#carry.length > 0
    const input = this.#carry.join(chunk)
    this.#input = input
    this.#from = 0
    const stop = this.#scanner.read(input, last)
    if (this.#hidden === 0 && stop > this.#from) this.#out.push(input.subarray(this.#from, stop))
    const [first, ...more] = this.#out
    // What was kept is overwritten by what is kept next, so no view of it goes out.
    const shown =
      first === undefined ? noBytes : more.length > 0 || kept ? Buffer.concat(this.#out) : first
    this.#carry.keep(input, stop)
    this.#input = noBytes
    this.#out = []
    return shown
  }

  open(isObject: boolean, start: number): void {
    const state = this.#place()
    this.#states.push(state)
    this.#indexes.push(isObject ? -1 : 0)
    if (this.#hidden > 0 || state.method === undefined) return
    this.#replace(start, start, maskedContainer(isObject, state.method))
    this.#hidden = this.#states.length
  }

  close(end: number): void {
    const depth = this.#states.length
    this.#states.pop()
    this.#indexes.pop()
    if (this.#hidden !== depth) return
    this.#hidden = 0
    this.#from = end
  }

  key(start: number, end: number, escaped: boolean): void {
    if (this.#hidden > 0) return
    const name = this.#names.find(this.#input, start, end) ?? this.#learnName(start, end, escaped)
    const parent = this.#states.at(-1) ?? this.#options.root
    if (this.#masks.paths.active) this.#member = parent.member(name.text)
    // Names pass the detectors too: a map may be keyed by addresses.
    if (name.shown !== name.text) this.#replace(start, end, JSON.stringify(name.shown))
  }

  string(start: number, end: number, escaped: boolean): void {
    const state = this.#place()
    if (this.#hidden > 0) return
    if (state.method !== undefined) {
      const masked = this.#masks.named(this.#textOf(start, end, escaped), state.method)
      this.#replace(start, end, masked === null ? 'null' : JSON.stringify(masked))
    } else if (end - start > stepBytes && this.#mayHide(start, escaped)) {
      this.#begin(state, start, end, escaped)
    } else if (!this.#maskEmbedded(state, start, end, escaped)) {
      this.#detect(start, end, escaped)
    }
  }

  #mayHide(start: number, escaped: boolean): boolean {
    return this.#masks.spans.active || this.#mayBeJson(start, escaped)
  }

  number(start: number, end: number): void {
    const { method } = this.#place()
    if (this.#hidden > 0) return
    const { spans, digest } = this.#masks
    if (method !== undefined) {
      const token = asBuffer(this.#input).toString('latin1', start, end)
      this.#replace(start, end, maskedNumber(token, method, digest))
    } else if (spans.active && end - start >= shortestFind) {
      if (
        end - start > stepBytes ||
        spans.strictestIn(this.#input.subarray(start, end)) !== undefined
      )
        this.#replace(start, end, '0')
    }
  }

  literal(start: number, end: number): void {
    const { method } = this.#place()
    if (this.#hidden > 0 || method === undefined) return
    const token = asBuffer(this.#input).toString('latin1', start, end)
    const masked = maskedLiteral(token, method)
    if (masked !== token) this.#replace(start, end, masked)
  }

  /** Where the value that begins here stands; counts elements. */
  #place(): PathState {
    const depth = this.#states.length - 1
    const index = this.#indexes[depth]
    if (index === undefined) return this.#options.root
    if (index === -1) return this.#member
    this.#indexes[depth] = index + 1
    return (this.#states[depth] as PathState).element(index)
  }

  #replace(start: number, end: number, shown: string): void {
    if (start > this.#from) this.#out.push(this.#input.subarray(this.#from, start))
    this.#out.push(Buffer.from(shown))
    this.#from = end
    this.maskedCells++
  }

  #learnName(start: number, end: number, escaped: boolean): CachedName {
    const text = this.#textOf(start, end, escaped)
    const shown = this.#masks.detected(text) ?? redacted
    return this.#names.add(this.#input, start, end, { text, shown })
  }

  #detect(start: number, end: number, escaped: boolean): void {
    const { spans } = this.#masks
    if (!spans.active) return
    if (!escaped && !spans.possible(traitsOf(this.#input, start + 1, end - 1))) return
    const text = this.#textOf(start, end, escaped)
    const masked = spans.maskCharacters(text)
    if (masked !== text) this.#replace(start, end, JSON.stringify(masked))
  }

  #textOf(start: number, end: number, escaped: boolean): string {
    if (escaped) return String(JSON.parse(asBuffer(this.#input).toString('utf8', start, end)))
    return asBuffer(this.#input).toString('utf8', start + 1, end - 1)
  }

  #within(state: PathState): Within {
    const embedded = this.#options.embedded + 1
    const masker = () => new JsonMasker(this.#masks, { sequence: false, root: state, embedded })
    return { embedded: this.#options.embedded, masker }
  }

  #mayBeJson(start: number, escaped: boolean): boolean {
    const first = this.#input[start + 1]
    const begins = first === 0x7b || first === 0x5b || first === 0x20 || escaped
    return begins && (escaped || this.#masks.paths.active)
  }

  /** True when it was JSON and has been dealt with. */
  #maskEmbedded(state: PathState, start: number, end: number, escaped: boolean): boolean {
    if (!this.#mayBeJson(start, escaped)) return false
    const text = this.#textOf(start, end, escaped)
    const within = finished(jsonWithin(text, this.#within(state)))
    if (within === undefined) return false
    if (within.maskedCells === 0) return true
    this.#replace(start, end, JSON.stringify(within.text))
    this.maskedCells += within.maskedCells - 1
    return true
  }

  /** The rest of the input has to wait until this string is worked through. */
  #begin(state: PathState, start: number, end: number, escaped: boolean): void {
    if (start > this.#from) this.#out.push(this.#input.subarray(this.#from, start))
    this.#from = end
    const raw = Buffer.from(this.#input.subarray(start, end))
    const text = this.#textOf(start, end, escaped)
    const json = this.#mayBeJson(start, escaped) ? this.#within(state) : undefined
    this.#work = this.#longString(raw, shownWithin(text, this.#masks, json))
  }

  *#longString(raw: Buffer, steps: Steps<ShownText>): Steps<Uint8Array> {
    const { text, maskedCells } = yield* steps
    this.maskedCells += maskedCells
    return maskedCells === 0 ? raw : Buffer.from(JSON.stringify(text))
  }
}

/** Digits of the shortest thing that a built-in detector finds in digits alone. */
const shortestFind = 7
