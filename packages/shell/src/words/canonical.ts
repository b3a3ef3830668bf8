import type { Argument, Segment } from './argument'

/**
 * The canonical form of a command, which rules match: arguments with one space between them. Inside an argument a
 * space and every other character that means something to a shell stands behind a backslash, so that an unescaped
 * space always ends an argument, and an unescaped `*` is always something unknown. The empty argument is `''`.
 * Characters that do not print are `\u{…}`. A leading unescaped `~` is the account's home.
 */
export function canonicalLine(argv: readonly Argument[]): string {
  return argv.map(canonicalArgument).join(' ')
}

export function canonicalArgument({ segments }: Argument): string {
  return segments.length === 0 ? "''" : segments.map(canonicalSegment).join('')
}

function canonicalSegment(segment: Segment): string {
  switch (segment.kind) {
    case 'text':
      return escaped(segment.text)
    case 'unknown':
      return segment.many ? '**' : '*'
    case 'home':
      return '~'
  }
}

const asIs = /[\p{L}\p{N}\p{M}_@%+=:,./-]/u
const printing = /[\p{L}\p{N}\p{M}\p{P}\p{S} ]/u

function escaped(text: string): string {
  let result = ''
  for (const character of text) {
    if (asIs.test(character)) result += character
    else if (printing.test(character)) result += `\\${character}`
    else result += `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  }
  return result
}
