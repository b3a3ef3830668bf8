import type { FactsDraft } from '../facts-draft'
import { foldedName } from './strict-json'

/** Beyond these a rule might look for a field that was left out, so then all is opaque. */
const maxFields = 500
const maxValueLength = 4_096

/**
 * Every scalar of a JSON value as a fact: `<prefix>.<name>.<name>`, elements of an array under the array's own name.
 * A name in capitals is told in lower case too. Opaque when there is more than can be told.
 */
export function tellFields(value: unknown, prefix: string, draft: FactsDraft): void {
  let count = 0
  const walk = (item: unknown, name: string): void => {
    if (count > maxFields) return
    if (Array.isArray(item)) {
      for (const element of item as readonly unknown[]) walk(element, name)
      return
    }
    if (typeof item === 'object' && item !== null) {
      for (const [key, inner] of Object.entries(item)) walk(inner, `${name}.${key}`)
      return
    }
    count += 1
    if (count > maxFields) draft.opaque(`it has more than ${maxFields} fields`)
    else tellField(name, item, draft)
  }
  walk(value, prefix)
}

function tellField(name: string, item: unknown, draft: FactsDraft): void {
  const value = scalarOf(item)
  if (typeof value === 'string' && value.length > maxValueLength) {
    draft.detail(name, value.slice(0, maxValueLength))
    draft.opaque(`a field is longer than ${maxValueLength} characters`)
    return
  }
  draft.detail(name, value)
  const folded = foldedName(name)
  if (folded !== name) draft.detail(folded, value)
}

function scalarOf(item: unknown): string | number | boolean {
  return typeof item === 'number' || typeof item === 'boolean' || typeof item === 'string'
    ? item
    : 'null'
}

/** The value at a path of names, whatever their letter case; undefined when there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined
    const found = Object.entries(at).find(([key]) => foldedName(key) === foldedName(name))
    if (found === undefined) return undefined
    at = found[1] as unknown
  }
  return at
}
