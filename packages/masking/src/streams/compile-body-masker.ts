import type { MaskingPlan, StreamMasker } from '../plan'
import { PassingMasker, refusalOf } from './unreadable'

export interface BodyMaskerInput {
  readonly plan: MaskingPlan
  /** The value of Content-Type; '' when there is none. */
  readonly mediaType: string
  /** Keys `hash` and `tokenize`; values are joinable wherever the key is the same. */
  readonly key: Uint8Array
}

/** The masker of one body. Throws PolicyError when the plan masks and nothing of this media type can be masked. */
export function compileBodyMasker({ plan, mediaType }: BodyMaskerInput): StreamMasker {
  if (plan.detectors.length === 0 && (plan.paths ?? []).length === 0) return new PassingMasker()
  if (plan.unreadable === 'pass') return new PassingMasker()
  throw refusalOf(plan, mediaType)
}
