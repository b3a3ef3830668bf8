/** Changes one element; null = NULL. Answers the same buffer when nothing changed. */
export type ElementMask = (element: Uint8Array) => Uint8Array | null

const headerBytes = 12
const dimensionBytes = 8
const maxDimensions = 6

/** The array with every element masked (array_send layout); undefined when the bytes are no array. */
export function mapBinaryArray(cell: Buffer, mask: ElementMask): Uint8Array | undefined {
  if (cell.length < headerBytes) return undefined
  const dimensions = cell.readInt32BE(0)
  const start = headerBytes + dimensions * dimensionBytes
  if (dimensions < 0 || dimensions > maxDimensions || start > cell.length) return undefined
  const parts: Uint8Array[] = []
  let [changed, nulls] = [false, false]
  for (let at = start; at < cell.length;) {
    if (at + 4 > cell.length) return undefined
    const length = cell.readInt32BE(at)
    at += 4
    if (length < -1 || length > cell.length - at) return undefined
    const element = length === -1 ? null : cell.subarray(at, at + length)
    at += Math.max(length, 0)
    const masked = element === null ? null : mask(element)
    if (masked !== element) changed = true
    if (masked === null) nulls = true
    parts.push(lengthOf(masked), masked ?? Buffer.alloc(0))
  }
  if (!changed) return cell
  const head = Buffer.from(cell.subarray(0, start))
  if (nulls) head.writeInt32BE(1, 4)
  return Buffer.concat([head, ...parts])
}

function lengthOf(element: Uint8Array | null): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(element === null ? -1 : element.length)
  return length
}

/** The array literal with every element masked (PostgreSQL 8.15.6); undefined when the text is no array. */
export function mapTextArray(
  literal: string,
  mask: (element: string) => string | null,
): string | undefined {
  let out = ''
  let at = 0
  // An array whose indices do not start at 1 says so in front: [2:3]={…}.
  if (literal.startsWith('[')) {
    at = literal.indexOf('=') + 1
    if (at === 0 || !/^(?:\[-?\d+:-?\d+\])+=$/.test(literal.slice(0, at))) return undefined
    out = literal.slice(0, at)
  }
  let depth = 0
  while (at < literal.length) {
    const character = literal.charAt(at)
    if (character === '{' || character === '}' || character === ',') {
      depth += character === '{' ? 1 : character === '}' ? -1 : 0
      if (depth < 0) return undefined
      out += character
      at++
      continue
    }
    if (depth === 0) return undefined
    const end = character === '"' ? endOfQuoted(literal, at) : endOfBare(literal, at)
    if (end === undefined) return undefined
    out += maskElement(literal.slice(at, end), mask)
    at = end
  }
  return depth === 0 && literal.length > 0 ? out : undefined
}

function maskElement(raw: string, mask: (element: string) => string | null): string {
  if (raw.toUpperCase() === 'NULL') return raw
  const element = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\([\s\S])/g, '$1') : raw
  const masked = mask(element)
  if (masked === element) return raw
  return masked === null ? 'NULL' : `"${masked.replace(/["\\]/g, '\\$&')}"`
}

function endOfQuoted(literal: string, start: number): number | undefined {
  for (let at = start + 1; at < literal.length; at++) {
    const character = literal.charAt(at)
    if (character === '\\') at++
    else if (character === '"') return at + 1
  }
  return undefined
}

function endOfBare(literal: string, start: number): number | undefined {
  for (let at = start; at < literal.length; at++) {
    if (',{}"'.includes(literal.charAt(at))) return literal.charAt(at) === '"' ? undefined : at
  }
  return undefined
}
