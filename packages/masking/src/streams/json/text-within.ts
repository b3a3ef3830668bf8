import { redacted } from '../../methods/mask-value'
import type { StreamMasker } from '../../plan'
import { streamLimits } from '../limits'
import { fed, type Steps } from '../steps'
import type { ValueMasks } from '../value-masks'

/** How JSON within a string of JSON is masked. */
export interface Within {
  /** In how many strings the text lies. */
  readonly embedded: number
  readonly masker: () => StreamMasker
}

export interface ShownText {
  readonly text: string
  readonly maskedCells: number
}

/** JSON within a string hides nothing from paths. Undefined when it is none: it is judged as text then. */
export function* jsonWithin(text: string, within: Within): Steps<ShownText | undefined> {
  if (!/^\s*[{[]/.test(text)) return undefined
  if (within.embedded === streamLimits.embedded) return { text: redacted, maskedCells: 1 }
  const masker = within.masker()
  try {
    const shown = yield* fed(masker, Buffer.from(text))
    const { maskedCells } = masker
    return { text: maskedCells === 0 ? text : shown.toString('utf8'), maskedCells }
  } catch {
    // It only begins like JSON.
    return undefined
  }
}

/** Whatever a string holds. */
export function* shownWithin(
  text: string,
  masks: ValueMasks,
  json: Within | undefined,
): Steps<ShownText> {
  const within = json === undefined ? undefined : yield* jsonWithin(text, json)
  if (within !== undefined) return within
  const shown = yield* masks.detectedIn(text)
  return { text: shown, maskedCells: shown === text ? 0 : 1 }
}
