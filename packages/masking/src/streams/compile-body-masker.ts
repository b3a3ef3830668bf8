import type { MaskingPlan, StreamMasker } from '../plan'
import { FailingClosed } from './failing-closed'
import { JsonMasker } from './json/json-masker'
import { formatOf, parseMediaType, type BodyFormat, type MediaType } from './media-type'
import { PassingMasker, refusalOf } from './unreadable'
import { ValueMasks } from './value-masks'

export interface BodyMaskerInput {
  readonly plan: MaskingPlan
  /** The value of Content-Type; '' when there is none. */
  readonly mediaType: string
  /** Keys `hash` and `tokenize`; values are joinable wherever the key is the same. */
  readonly key: Uint8Array
}

/**
 * The masker of one body, decoded and whole. Throws PolicyError when the plan masks and nothing of this media type
 * can be masked.
 */
export function compileBodyMasker({ plan, mediaType, key }: BodyMaskerInput): StreamMasker {
  if (plan.detectors.length === 0 && (plan.paths ?? []).length === 0) return new PassingMasker()
  const type = parseMediaType(mediaType)
  const masker = maskerOf(formatOf(type), type, new ValueMasks(plan, key))
  if (masker !== undefined) return new FailingClosed(masker)
  if (plan.unreadable === 'pass') return new PassingMasker()
  throw refusalOf(plan, type.essence)
}

function maskerOf(
  format: BodyFormat,
  _type: MediaType,
  masks: ValueMasks,
): StreamMasker | undefined {
  const root = masks.paths.root
  switch (format) {
    case 'json':
      return new JsonMasker(masks, { sequence: false, root, embedded: 0 })
    case 'json-sequence':
      return new JsonMasker(masks, { sequence: true, root, embedded: 0 })
    default:
      return undefined
  }
}
