import { InternalError } from '@wardgate/errors'

/** What JSON can say. Optional properties that are undefined are left out, as JSON.stringify does. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined }

/** Deeper values are refused, so that a hostile one cannot exhaust the stack. */
const maxDepth = 128

/**
 * The one byte sequence that a JSON value is hashed and signed as (RFC 8785). Throws for what has no such form:
 * NaN, infinities, lone surrogates, bigint, and anything that is not plain data.
 */
export function canonicalJson(value: JsonValue): string {
  return isInOrder(value, 0) ? JSON.stringify(value) : encode(value, 0)
}

/**
 * Whether JSON.stringify writes the value in its canonical form: names in order everywhere, and nothing that JSON
 * cannot say. Most values are, and one call for all of it takes half the time. When in doubt, false.
 */
function isInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed()
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    case 'object':
      if (value === null) return true
      if (depth >= maxDepth) return false
      if (Array.isArray(value)) return areInOrder(value, depth)
      return isObjectInOrder(value as Readonly<Record<string, unknown>>, depth)
    default:
      return false
  }
}

function areInOrder(items: readonly unknown[], depth: number): boolean {
  // By index: a hole is no value.
  for (let i = 0; i < items.length; i++) if (!isInOrder(items[i], depth + 1)) return false
  return true
}

function isObjectInOrder(properties: Readonly<Record<string, unknown>>, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(properties)
  if (prototype !== Object.prototype && prototype !== null) return false
  let former = ''
  for (const name in properties) {
    if (name < former || !name.isWellFormed()) return false
    former = name
    const value = properties[name]
    if (value !== undefined && !isInOrder(value, depth + 1)) return false
  }
  return true
}

function encode(value: unknown, depth: number): string {
  if (depth > maxDepth) throw unencodable(`nested deeper than ${maxDepth}`)
  switch (typeof value) {
    case 'string':
      return canonicalString(value)
    case 'number':
      // RFC 8785 3.2.2.3 takes ECMAScript's own number form.
      if (!Number.isFinite(value)) throw unencodable('a number that is not finite')
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? encodeArray(value, depth) : encodeObject(value, depth)
    default:
      throw unencodable(`a ${typeof value}`)
  }
}

/** Printable ASCII without the quote and the backslash: its canonical form is the string itself in quotes. */
const plain = /^[ !#-[\]-~]*$/

/** The same for a string alone, to put a value together from parts in the order of their names. */
export function canonicalString(text: string): string {
  if (plain.test(text)) return `"${text}"`
  // A lone surrogate has no UTF-8 form: two different strings would hash alike.
  if (!text.isWellFormed()) throw unencodable('a string with a lone surrogate')
  return JSON.stringify(text)
}

function encodeArray(items: readonly unknown[], depth: number): string {
  let text = '['
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ','
    text += encode(items[i], depth + 1)
  }
  return text + ']'
}

function encodeObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) {
    throw unencodable('an object that is not plain data')
  }
  const properties = object as Readonly<Record<string, unknown>>
  let text = '{'
  // RFC 8785 3.2.3 sorts by UTF-16 code units, which is the default order.
  for (const name of inOrder(Object.keys(object))) {
    const value = properties[name]
    if (value === undefined) continue
    if (text.length > 1) text += ','
    text += canonicalString(name) + ':' + encode(value, depth + 1)
  }
  return text + '}'
}

/** Most objects are written in their order already, and comparing is far cheaper than sorting. */
function inOrder(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) {
    if ((names[i - 1] ?? '') > (names[i] ?? '')) return names.sort()
  }
  return names
}

function unencodable(what: string): InternalError {
  return new InternalError(`canonical JSON cannot hold ${what}`)
}
