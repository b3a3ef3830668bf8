import { keyedDigest } from '../methods/keyed'
import type { MaskingPlan, StreamMasker } from '../plan'
import { SpanMasker } from '../span-masker'
import { FailingClosed } from './failing-closed'
import { JsonMasker } from './json/json-masker'
import {
  conversationMediaType,
  formatOf,
  parseMediaType,
  type BodyFormat,
  type MediaType,
} from './media-type'
import { ScanMasker } from './scan-masker'
import { TerminalMasker } from './text/terminal-masker'
import { TextMasker } from './text/text-masker'
import { foundBy, PassingMasker, refusalOf } from './unreadable'
import { csvBody } from './units/csv'
import { eventStream } from './units/event-stream'
import { formBody } from './units/form'
import { UnitMasker } from './units/unit-masker'
import { XmlBody } from './units/xml'
import { findsArmour, ValueMasks } from './value-masks'

export interface BodyMaskerInput {
  readonly plan: MaskingPlan
  /** The value of Content-Type; '' when there is none. */
  readonly mediaType: string
  /** Keys `hash` and `tokenize`; values are joinable wherever the key is the same. */
  readonly key: Uint8Array
}

/**
 * The masker of one body, decoded and whole. Throws PolicyError when the plan masks and nothing of this media type
 * can be masked: so ask for one only where there is a body.
 */
export function compileBodyMasker({ plan, mediaType, key }: BodyMaskerInput): StreamMasker {
  if (plan.detectors.length === 0 && (plan.paths ?? []).length === 0) return new PassingMasker()
  const type = parseMediaType(mediaType)
  const format = formatOf(type)
  const masker = structured(format, type, new ValueMasks(plan, key)) ?? plainText(format, plan, key)
  if (masker !== undefined) return new FailingClosed(masker)
  if (plan.unreadable === 'pass') return new PassingMasker()
  if (plan.unreadable === 'scan' && canBeScanned(plan, type)) {
    const spans = new SpanMasker(plan.detectors, keyedDigest(key))
    const scan = new ScanMasker(spans, findsArmour(plan), () => foundBy(plan, type.essence))
    return new FailingClosed(scan)
  }
  throw refusalOf(plan, type.essence)
}

/** Nothing is found without a detector, and what has to flow cannot be held until it has ended. */
function canBeScanned({ detectors }: MaskingPlan, { essence }: MediaType): boolean {
  return detectors.length > 0 && essence !== conversationMediaType
}

/** Formats in which values have names. */
function structured(
  format: BodyFormat,
  { essence, parameters }: MediaType,
  masks: ValueMasks,
): StreamMasker | undefined {
  const root = masks.paths.root
  switch (format) {
    case 'json':
      return new JsonMasker(masks, { sequence: false, root, embedded: 0 })
    case 'json-sequence':
      return new JsonMasker(masks, { sequence: true, root, embedded: 0 })
    case 'event-stream':
      return new UnitMasker(eventStream(masks))
    case 'form':
      return new UnitMasker(formBody(masks))
    case 'xml':
      return new UnitMasker(new XmlBody(masks))
    case 'csv':
      // Without a header nobody knows which column is which.
      if (parameters.get('header') === 'absent' && masks.paths.active) return undefined
      return new UnitMasker(csvBody(masks, { tabs: essence === 'text/tab-separated-values' }))
    default:
      return undefined
  }
}

/** Text in which only detectors can look: where a rule names paths it is as unreadable as an image. */
function plainText(
  format: BodyFormat,
  plan: MaskingPlan,
  key: Uint8Array,
): StreamMasker | undefined {
  if (format !== 'text' && format !== 'terminal') return undefined
  // What a program prints has no paths, and no rule for it can name any.
  const hasPaths = (plan.paths ?? []).length > 0 && format === 'text'
  if (hasPaths && (plan.unreadable ?? 'refuse') === 'refuse') return undefined
  if (plan.detectors.length === 0 && plan.unreadable === 'scan') return undefined
  if (plan.detectors.length === 0) return new PassingMasker()
  const spans = new SpanMasker(plan.detectors, keyedDigest(key))
  const armoured = findsArmour(plan)
  return format === 'terminal'
    ? new TerminalMasker(spans, armoured)
    : new TextMasker(spans, armoured)
}
