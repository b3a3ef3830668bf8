import { ProtocolError } from '@wardgate/errors'

export interface RequestPath {
  /** One `/` between segments, no dot segments, unreserved characters decoded, other encodings in upper case. */
  readonly path: string
  /** As sent, without `?`; empty = none. */
  readonly query: string
}

export interface PathRules {
  /** `/` and `\` in encoded form: some targets take them for separators. */
  readonly encodedSlash: 'refuse' | 'keep'
  /** `;` in a segment: some targets cut it off with what follows, so that rules would see another path. */
  readonly pathParameters: 'refuse' | 'keep'
}

const unreserved = /[A-Za-z0-9\-._~]/
/** pchar without `;` and `%`, https://datatracker.ietf.org/doc/html/rfc3986#section-3.3 */
const plain = /[A-Za-z0-9\-._~!$&'()*+,=:@/]/
/** Not legal in a path, but without any structure: browsers and frameworks send them raw. */
const encodable = /["<>^`{|}[\]]/
const legalQuery = /^[\x21\x22\x24-\x7e]*$/

/**
 * The one reading of an origin-form target. What two servers could read in two ways is refused, so that what rules
 * see is what the target sees. Throws ERR_PROTOCOL_MALFORMED.
 */
export function readRequestPath(target: string, rules: PathRules): RequestPath {
  if (!target.startsWith('/')) throw refused('it does not begin with "/"')
  const mark = target.indexOf('?')
  const rawPath = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  if (!legalQuery.test(query)) throw refused('its query holds characters that must be encoded')
  return { path: withoutDots(recoded(rawPath, rules), rules), query }
}

function recoded(path: string, rules: PathRules): string {
  if (!/[^A-Za-z0-9\-._~/]/.test(path)) return path
  let out = ''
  for (let at = 0; at < path.length; at += 1) {
    const character = path.charAt(at)
    if (character === '%') {
      out += recodedOctet(path, at, rules)
      at += 2
    } else if (plain.test(character)) out += character
    else if (character === ';') out += semicolon(rules)
    else if (encodable.test(character)) out += encoded(character.charCodeAt(0))
    else throw refused('it holds a character that must be encoded')
  }
  refuseOddText(out)
  return out
}

function recodedOctet(path: string, at: number, rules: PathRules): string {
  const digits = path.slice(at + 1, at + 3)
  if (!/^[0-9a-f]{2}$/i.test(digits)) throw refused('"%" is not followed by two hex digits')
  const octet = Number.parseInt(digits, 16)
  const character = String.fromCharCode(octet)
  if (octet < 0x20 || octet === 0x7f) throw refused('it encodes a control character')
  if (unreserved.test(character)) return character
  if (character === '/' || character === '\\') {
    if (rules.encodedSlash === 'refuse') throw refused('it encodes a slash')
    return encoded(octet)
  }
  if (character === ';') return semicolon(rules) && encoded(octet)
  if (character === '%' && /^[0-9a-f]{2}/i.test(path.slice(at + 3)))
    throw refused('it is encoded twice')
  return encoded(octet)
}

/** Overlong forms of `.` and `/` are not UTF-8; some servers decode them all the same. */
function refuseOddText(path: string): void {
  try {
    decodeURIComponent(path)
  } catch {
    throw refused('it encodes text that is not UTF-8')
  }
}

function semicolon({ pathParameters }: PathRules): string {
  if (pathParameters === 'refuse') throw refused('it has path parameters (";")')
  return ';'
}

/** https://datatracker.ietf.org/doc/html/rfc3986#section-5.2.4, except that nothing climbs above the root. */
function withoutDots(path: string, { pathParameters }: PathRules): string {
  if (!path.includes('/.') && !path.includes('//')) return path
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1
    const name = pathParameters === 'keep' ? segment.split(/;|%3B/)[0] : segment
    if (name !== segment && (name === '.' || name === '..'))
      throw refused('a dot segment has parameters')
    if (segment === '..' && kept.pop() === undefined) throw refused('it climbs above the root')
    if (segment === '.' || segment === '..') {
      if (isLast) kept.push('')
    } else if (segment !== '' || isLast) kept.push(segment)
  })
  return `/${kept.join('/')}`
}

function encoded(octet: number): string {
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
}

function refused(why: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the path is ambiguous: ${why}`, {
    nextStep: 'Send the path in its plain form.',
  })
}
