import type { PathState } from '../path/path-machine'
import { fed, type Steps } from '../steps'
import type { ValueMasks } from '../value-masks'
import { JsonMasker } from './json-masker'

/** A whole JSON text as the client may see it; the same text when nothing was masked. Throws when it is no JSON. */
export function* maskJsonText(masks: ValueMasks, text: string, root: PathState): Steps<string> {
  const masker = new JsonMasker(masks, { sequence: false, root, embedded: 1 })
  const shown = yield* fed(masker, Buffer.from(text))
  return masker.maskedCells === 0 ? text : shown.toString('utf8')
}

/** One text value at a place in the paths: whole where a path ends, JSON within it, else what detectors find. */
export function* maskTextAt(masks: ValueMasks, text: string, state: PathState): Steps<string> {
  if (state.method !== undefined) return masks.named(text, state.method) ?? ''
  if (masks.paths.active && looksLikeJson(text)) {
    try {
      return yield* maskJsonText(masks, text, state)
    } catch {
      // Text that only begins like JSON.
    }
  }
  return yield* masks.detectedIn(text)
}

export function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

/** A text in JSON's quotes and escapes: clients read it as JSON, and an escape hides from detectors what it spells. */
export function isJsonString(text: string): boolean {
  if (!/^\s*"/.test(text) || !/"\s*$/.test(text)) return false
  try {
    return typeof JSON.parse(text) === 'string'
  } catch {
    return false
  }
}
