import type { Named } from '../operations'

export interface Pairs {
  readonly pairs: readonly Named[]
  /** Why two readers could see two things in it. */
  readonly ambiguous?: string
}

const maxPairs = 500

/** `a=1&b=2` of a query or a form body (WHATWG URL 5.1), decoded. */
export function readPairs(text: string): Pairs {
  if (text === '') return { pairs: [] }
  const parts = text.split('&').filter((part) => part !== '')
  if (parts.length > maxPairs) return { pairs: [], ambiguous: `it has more than ${maxPairs} pairs` }
  const pairs: Named[] = []
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = decode(equals === -1 ? part : part.slice(0, equals))
    const value = decode(equals === -1 ? '' : part.slice(equals + 1))
    if (name === undefined || value === undefined)
      return { pairs, ambiguous: 'it is not encoded as it should be' }
    pairs.push({ name, value })
  }
  // Some readers part pairs at a semicolon too.
  const ambiguous = text.includes(';') ? { ambiguous: 'it has a ";", which some take for "&"' } : {}
  return { pairs, ...ambiguous }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
