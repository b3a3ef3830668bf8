import { keyedDigest, type KeyedDigest } from '../methods/keyed'
import { isStricter, keepsSomething, maskText, redacted } from '../methods/mask-value'
import type { MaskingPlan, MaskMethod } from '../plan'
import { SpanMasker } from '../span-masker'
import { PathMachine } from './path/path-machine'
import { fed, stepBytes, type Steps } from './steps'
import { TextMasker } from './text/text-masker'

/** What every masker of a format needs of the plan. */
export class ValueMasks {
  readonly paths: PathMachine
  readonly spans: SpanMasker
  readonly digest: KeyedDigest
  readonly #armoured: boolean

  constructor(plan: MaskingPlan, key: Uint8Array) {
    this.digest = keyedDigest(key)
    this.paths = new PathMachine(plan.paths ?? [])
    this.spans = new SpanMasker(plan.detectors, this.digest)
    this.#armoured = findsArmour(plan)
  }

  /** A text that a path names; null = nothing may be shown. A detector wins where it shows less. */
  named(text: string, method: MaskMethod): string | null {
    if (!keepsSomething(method) || !this.spans.active) return maskText(text, method, this.digest)
    // It would take too long to look for what a part of it may show.
    if (text.length > stepBytes) return redacted
    const found = this.spans.strictestIn(Buffer.from(text))
    const strictest = found !== undefined && isStricter(found, method) ? found : method
    return maskText(text, strictest, this.digest)
  }

  /** A short text that no path names: the same text when nothing was found in it. Nothing is shown of a longer one. */
  detected(text: string): string | null {
    if (!this.spans.active) return text
    return text.length > stepBytes ? redacted : this.spans.maskCharacters(text)
  }

  /** As `detected`, of a text of any length. As in text that streams, patterns of a policy's own are looked for by line. */
  *detectedIn(text: string): Steps<string> {
    if (!this.spans.active || text.length <= stepBytes) return this.detected(text) ?? ''
    const masker = new TextMasker(this.spans, this.#armoured)
    const shown = yield* fed(masker, Buffer.from(text))
    return masker.maskedCells === 0 ? text : shown.toString('utf8')
  }
}

/** Whether keys in armour are looked for, which are longer than whatever else detectors find. */
export function findsArmour({ detectors }: MaskingPlan): boolean {
  return detectors.some(({ detector }) => detector === 'private_key')
}
