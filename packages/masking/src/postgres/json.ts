/**
 * JSON text with its strings masked one by one, so that escapes hide nothing and the result is JSON again. A number
 * that a detector finds becomes 0. Undefined when the text is no JSON.
 */
export function mapJson(json: string, mask: (text: string) => string | null): string | undefined {
  let out = ''
  let from = 0
  for (let at = 0; at < json.length;) {
    const end = endOfToken(json, at)
    if (end === undefined) return undefined
    const character = json.charAt(at)
    if (character !== '"' && !isNumeric(character)) {
      at = end
      continue
    }
    const token = json.slice(at, end)
    const masked = character === '"' ? maskString(token, mask) : maskNumber(token, mask)
    if (masked === undefined) return undefined
    if (masked !== token) {
      out += json.slice(from, at) + masked
      from = end
    }
    at = end
  }
  return from === 0 ? json : out + json.slice(from)
}

const literals = ['true', 'false', 'null']

/** Undefined where no token of JSON begins: what stands there nobody has looked at. */
function endOfToken(json: string, at: number): number | undefined {
  const character = json.charAt(at)
  if (character === '"') return endOfString(json, at)
  if (isNumeric(character)) return endOfNumber(json, at)
  if ('{}[]:, \n\r\t'.includes(character)) return at + 1
  const literal = literals.find((word) => json.startsWith(word, at))
  return literal === undefined ? undefined : at + literal.length
}

function maskString(token: string, mask: (text: string) => string | null): string | undefined {
  const raw = token.slice(1, -1)
  let text = raw
  if (raw.includes('\\')) {
    try {
      text = String(JSON.parse(token))
    } catch {
      return undefined
    }
  }
  const masked = mask(text)
  if (masked === text) return token
  // A property's name stands here too, so null is no choice.
  return JSON.stringify(masked ?? '')
}

function maskNumber(token: string, mask: (text: string) => string | null): string {
  return mask(token) === token ? token : '0'
}

function endOfString(json: string, start: number): number | undefined {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at + 1
  }
  return undefined
}

function isNumeric(character: string): boolean {
  return (character >= '0' && character <= '9') || character === '-'
}

function endOfNumber(json: string, start: number): number {
  let end = start + 1
  while (end < json.length && /[0-9.eE+-]/.test(json.charAt(end))) end++
  return end
}
