import { asBuffer } from '../../bytes'
import { traitsOf } from '../../detectors/traits'
import { redacted } from '../../methods/mask-value'
import type { StreamMasker } from '../../plan'
import { Carry } from '../carry'
import { streamLimits } from '../limits'
import type { PathState } from '../path/path-machine'
import { noBytes } from '../unreadable'
import type { ValueMasks } from '../value-masks'
import { JsonScanner, type JsonHandler } from './json-scanner'
import { NameCache, type CachedName } from './name-cache'
import { maskedContainer, maskedLiteral, maskedNumber } from './json-values'

export interface JsonMaskerOptions {
  /** Several documents one behind the other: NDJSON, RFC 7464. */
  readonly sequence: boolean
  /** Where in the paths the document stands. */
  readonly root: PathState
  /** How many strings of JSON it lies within. */
  readonly embedded: number
}

/** Masks JSON as it streams by. What is not masked stays as it was, byte for byte. */
export class JsonMasker implements StreamMasker, JsonHandler {
  readonly active = true
  maskedCells = 0
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

  constructor(masks: ValueMasks, options: JsonMaskerOptions) {
    this.#masks = masks
    this.#options = options
    this.#member = options.root
    this.#scanner = new JsonScanner(this, options.sequence)
  }

  write(chunk: Uint8Array): Uint8Array {
    return this.#run(chunk, false)
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    const rest = this.#run(noBytes, true)
    this.#scanner.finish()
    return rest
  }

  #run(chunk: Uint8Array, last: boolean): Uint8Array {
    const kept = this.#carry.length > 0
    const input = this.#carry.join(chunk)
    this.#input = input
    this.#from = 0
    this.#out = []
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
    if (name.found) this.#detect(start, end, escaped, redacted)
  }

  string(start: number, end: number, escaped: boolean): void {
    const state = this.#place()
    if (this.#hidden > 0) return
    if (state.method !== undefined) {
      const masked = this.#masks.named(this.#textOf(start, end, escaped), state.method)
      this.#replace(start, end, masked === null ? 'null' : JSON.stringify(masked))
    } else if (!this.#maskEmbedded(state, start, end, escaped)) {
      this.#detect(start, end, escaped, null)
    }
  }

  number(start: number, end: number): void {
    const { method } = this.#place()
    if (this.#hidden > 0) return
    const { spans, digest } = this.#masks
    if (method !== undefined) {
      const token = asBuffer(this.#input).toString('latin1', start, end)
      this.#replace(start, end, maskedNumber(token, method, digest))
    } else if (spans.active && end - start >= shortestFind) {
      if (spans.strictestIn(this.#input.subarray(start, end)) !== undefined)
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
    const found = this.#masks.detected(text) !== text
    return this.#names.add(this.#input, start, end, { text, found })
  }

  #detect(start: number, end: number, escaped: boolean, nothing: string | null): void {
    const { spans } = this.#masks
    if (!spans.active) return
    if (!escaped && !spans.possible(traitsOf(this.#input, start + 1, end - 1))) return
    const text = this.#textOf(start, end, escaped)
    const masked = spans.maskCharacters(text)
    if (masked !== text) this.#replace(start, end, JSON.stringify(masked ?? nothing))
  }

  #textOf(start: number, end: number, escaped: boolean): string {
    if (escaped) return String(JSON.parse(asBuffer(this.#input).toString('utf8', start, end)))
    return asBuffer(this.#input).toString('utf8', start + 1, end - 1)
  }

  /** JSON within a string hides nothing from paths. True when it was JSON and has been dealt with. */
  #maskEmbedded(state: PathState, start: number, end: number, escaped: boolean): boolean {
    const first = this.#input[start + 1]
    const begins = first === 0x7b || first === 0x5b || first === 0x20 || escaped
    if (!begins || !(escaped || this.#masks.paths.active)) return false
    const text = this.#textOf(start, end, escaped)
    if (!/^\s*[{[]/.test(text)) return false
    if (this.#options.embedded === streamLimits.embedded) {
      this.#replace(start, end, JSON.stringify(redacted))
      return true
    }
    const inner = new JsonMasker(this.#masks, {
      sequence: false,
      root: state,
      embedded: this.#options.embedded + 1,
    })
    let shown: string
    try {
      shown = Buffer.concat([inner.write(Buffer.from(text)), inner.end()]).toString('utf8')
    } catch {
      // Text that only begins like JSON: it is judged as text.
      return false
    }
    if (inner.maskedCells === 0) return true
    this.#replace(start, end, JSON.stringify(shown))
    this.maskedCells += inner.maskedCells - 1
    return true
  }
}

/** Digits of the shortest thing that a built-in detector finds in digits alone. */
const shortestFind = 7
