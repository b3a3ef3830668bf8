import { scanToken, tokenKind } from './scanner'

/** Longer texts are not worth a key: their memo would cost more than their decision. */
export const maxShapeLength = 16_384

const rowStatements = new Set(['select', 'insert', 'update', 'delete', 'merge', 'with', 'values'])

/** Placeholders are control characters, which no token outside quotes can contain. */
const placeholders: Readonly<Record<number, string>> = {
  [tokenKind.number]: '\u0001',
  [tokenKind.string]: '\u0002',
  [tokenKind.bits]: '\u0003',
}

function isConstant(kind: number): boolean {
  return kind === tokenKind.number || kind === tokenKind.string || kind === tokenKind.bits
}

/**
 * The statement with its constants replaced and its comments and blanks made one. Two texts with one key parse to the
 * same tree but for constants. Undefined when that is not certain: more than one statement, statements that are not
 * queries, constants that continue over lines, or anything that the scanner is unsure of.
 */
export function shapeKey(text: string): string | undefined {
  if (text.length > maxShapeLength) return undefined
  let key = ''
  let previous: number = tokenKind.space
  let lastWord = ''
  let ended = false
  for (let position = 0; position < text.length;) {
    const token = scanToken(text, position)
    if (token === 0) return undefined
    const kind = token & 15
    const end = (token - kind) / 16
    const start = position
    position = end
    if (kind === tokenKind.space) continue
    if (ended) return undefined
    if (key === '') {
      if (kind !== tokenKind.word) return undefined
      if (!rowStatements.has(text.slice(start, end).toLowerCase())) return undefined
    }
    if (isConstant(kind)) {
      if (isConstant(previous)) return undefined
      // float(24) and float(53) are different types.
      if (kind === tokenKind.number && lastWord === 'float') key += ` ${text.slice(start, end)}`
      else key += ` ${placeholders[kind] ?? ''}`
    } else if (kind === tokenKind.punctuation && text.charCodeAt(start) === 59) {
      ended = true
    } else {
      const piece = text.slice(start, end)
      key += key === '' ? piece : ` ${piece}`
      if (kind === tokenKind.word) lastWord = piece.toLowerCase()
      else if (piece !== '(') lastWord = ''
    }
    previous = kind
  }
  return key === '' ? undefined : key
}
