import { keyedDigest, type KeyedDigest } from '../methods/keyed'
import { isStricter, keepsSomething, maskText } from '../methods/mask-value'
import type { MaskingPlan, MaskMethod } from '../plan'
import { SpanMasker } from '../span-masker'
import { PathMachine } from './path/path-machine'

/** What every masker of a format needs of the plan. */
export class ValueMasks {
  readonly paths: PathMachine
  readonly spans: SpanMasker
  readonly digest: KeyedDigest

  constructor(plan: MaskingPlan, key: Uint8Array) {
    this.digest = keyedDigest(key)
    this.paths = new PathMachine(plan.paths ?? [])
    this.spans = new SpanMasker(plan.detectors, this.digest)
  }

  /** A text that a path names; null = nothing may be shown. A detector wins where it shows less. */
  named(text: string, method: MaskMethod): string | null {
    const found =
      keepsSomething(method) && this.spans.active
        ? this.spans.strictestIn(Buffer.from(text))
        : undefined
    const strictest = found !== undefined && isStricter(found, method) ? found : method
    return maskText(text, strictest, this.digest)
  }

  /** A text that no path names. The same text when nothing was found in it. */
  detected(text: string): string | null {
    return this.spans.active ? this.spans.maskCharacters(text) : text
  }
}
