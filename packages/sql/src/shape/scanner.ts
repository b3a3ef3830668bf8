/**
 * PostgreSQL's lexer (src/backend/parser/scan.l) with standard_conforming_strings on, as far as constants, comments and
 * token borders go. Wherever versions differ or the text is unusual it answers `unsure`; the caller then treats the text
 * as unique. A token is packed into one number, `end * 16 + kind`, because this runs on every statement.
 */
export const tokenKind = {
  unsure: 0,
  space: 1,
  word: 2,
  quoted: 3,
  number: 4,
  string: 5,
  bits: 6,
  operator: 7,
  punctuation: 8,
  parameter: 9,
} as const

const other = 0
const space = 1
const letter = 2
const digit = 3
const operatorCharacter = 4
const punctuationCharacter = 5

/** By ASCII code; everything above is a letter to PostgreSQL. Vertical tab is a blank only since version 16. */
const classes = new Uint8Array(128)
for (const character of ' \t\n\r\f') classes[character.charCodeAt(0)] = space
for (const character of '~!@#^&|`?+-*/%<>=') {
  classes[character.charCodeAt(0)] = operatorCharacter
}
for (const character of ',()[].;:') classes[character.charCodeAt(0)] = punctuationCharacter
for (let code = 48; code <= 57; code += 1) classes[code] = digit
for (let code = 65; code <= 90; code += 1) classes[code] = letter
for (let code = 97; code <= 122; code += 1) classes[code] = letter
classes[95] = letter

function classOf(code: number): number {
  return code < 128 ? (classes[code] ?? other) : letter
}

function isWordPart(code: number): boolean {
  if (Number.isNaN(code)) return false
  const kind = classOf(code)
  return kind === letter || kind === digit || code === 36
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function pack(end: number, kind: number): number {
  return end * 16 + kind
}

function lineComment(text: string, start: number): number {
  let end = start + 2
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === 10 || code === 13) break
    if (code === 0) return 0
  }
  return pack(end, tokenKind.space)
}

/** Block comments nest. */
function blockComment(text: string, start: number): number {
  let depth = 1
  let end = start + 2
  while (end < text.length) {
    const code = text.charCodeAt(end)
    const next = text.charCodeAt(end + 1)
    if (code === 0) return 0
    if (code === 47 && next === 42) {
      depth += 1
      end += 2
    } else if (code === 42 && next === 47) {
      depth -= 1
      end += 2
      if (depth === 0) return pack(end, tokenKind.space)
    } else end += 1
  }
  return 0
}

/** Up to the closing quote; a doubled quote is part of the content. */
function quoted(text: string, start: number, quote: number, kind: number): number {
  for (let end = start; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === 0) return 0
    if (code !== quote) continue
    if (text.charCodeAt(end + 1) !== quote) return pack(end + 1, kind)
    end += 1
  }
  return 0
}

function escapeString(text: string, start: number): number {
  for (let end = start; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === 0) return 0
    if (code === 92) end += 1
    else if (code === 39) {
      if (text.charCodeAt(end + 1) !== 39) return pack(end + 1, tokenKind.string)
      end += 1
    }
  }
  return 0
}

function dollar(text: string, start: number): number {
  let end = start + 1
  if (isDigit(text.charCodeAt(end))) {
    while (isDigit(text.charCodeAt(end))) end += 1
    return isWordPart(text.charCodeAt(end)) ? 0 : pack(end, tokenKind.parameter)
  }
  while (isWordPart(text.charCodeAt(end)) && text.charCodeAt(end) !== 36) end += 1
  if (text.charCodeAt(end) !== 36) return 0
  const tag = text.slice(start, end + 1)
  const close = text.indexOf(tag, end + 1)
  if (close < 0 || text.slice(start, close).includes('\0')) return 0
  return pack(close + tag.length, tokenKind.string)
}

/** Decimal numbers only: hexadecimal, underscores and junk after digits are lexed differently by older servers. */
function number(text: string, start: number): number {
  let end = start
  while (isDigit(text.charCodeAt(end))) end += 1
  if (text.charCodeAt(end) === 46) {
    if (text.charCodeAt(end + 1) === 46) return 0
    end += 1
    while (isDigit(text.charCodeAt(end))) end += 1
  }
  const exponent = text.charCodeAt(end)
  if (exponent === 69 || exponent === 101) {
    end += 1
    const sign = text.charCodeAt(end)
    if (sign === 43 || sign === 45) end += 1
    if (!isDigit(text.charCodeAt(end))) return 0
    while (isDigit(text.charCodeAt(end))) end += 1
  }
  const next = text.charCodeAt(end)
  return isWordPart(next) || next === 46 ? 0 : pack(end, tokenKind.number)
}

function word(text: string, start: number): number {
  let end = start + 1
  while (isWordPart(text.charCodeAt(end))) end += 1
  const next = text.charCodeAt(end)
  if (next !== 39 && next !== 38) return pack(end, tokenKind.word)
  if (end - start > 1) return pack(end, tokenKind.word)
  const first = text.charCodeAt(start) | 32
  // u& can begin a string or identifier whose escapes depend on a later UESCAPE; n'…' is a cast in disguise.
  if (next === 38) {
    const quote = text.charCodeAt(end + 1)
    return first === 117 && (quote === 39 || quote === 34) ? 0 : pack(end, tokenKind.word)
  }
  if (first === 101) return escapeString(text, end + 1)
  if (first === 98 || first === 120) return quoted(text, end + 1, 39, tokenKind.bits)
  return first === 110 ? 0 : pack(end, tokenKind.word)
}

/** An operator ends where a comment begins. */
function operator(text: string, start: number): number {
  let end = start
  while (end < text.length && classOf(text.charCodeAt(end)) === operatorCharacter) {
    const code = text.charCodeAt(end)
    const next = text.charCodeAt(end + 1)
    if ((code === 45 && next === 45) || (code === 47 && next === 42)) break
    end += 1
  }
  return pack(end, tokenKind.operator)
}

function blanks(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && classOf(text.charCodeAt(end)) === space) end += 1
  return pack(end, tokenKind.space)
}

/** The token at `start`, packed; 0 when it cannot be told with certainty. */
export function scanToken(text: string, start: number): number {
  const code = text.charCodeAt(start)
  switch (classOf(code)) {
    case space:
      return blanks(text, start)
    case letter:
      return word(text, start)
    case digit:
      return number(text, start)
    case operatorCharacter: {
      const next = text.charCodeAt(start + 1)
      if (code === 45 && next === 45) return lineComment(text, start)
      if (code === 47 && next === 42) return blockComment(text, start)
      return operator(text, start)
    }
    case punctuationCharacter:
      if (code === 46 && isDigit(text.charCodeAt(start + 1))) return number(text, start)
      return punctuation(text, start)
    default:
      if (code === 39) return quoted(text, start + 1, 39, tokenKind.string)
      if (code === 34) return quoted(text, start + 1, 34, tokenKind.quoted)
      return code === 36 ? dollar(text, start) : 0
  }
}

/** `::`, `:=` and `..` are one token each. */
function punctuation(text: string, start: number): number {
  const code = text.charCodeAt(start)
  const next = text.charCodeAt(start + 1)
  const isDouble = (code === 58 && (next === 58 || next === 61)) || (code === 46 && next === 46)
  return pack(start + (isDouble ? 2 : 1), tokenKind.punctuation)
}
