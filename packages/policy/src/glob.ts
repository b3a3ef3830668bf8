import { matchesWildcards } from '@wardgate/masking'

/** A compiled pattern. `*` stands for any run of characters, `?` for one; everything else for itself. */
export interface Glob {
  readonly pattern: string
  matches(text: string, letterCase?: LetterCase): boolean
  /** Whether some text is matched both by this pattern and by `other`, ignoring letter case. */
  meets(other: string): boolean
}

/** `ignored` is for rules that restrict, so that a change of letter case is no way around them. */
export type LetterCase = 'exact' | 'ignored'

export function compileGlob(pattern: string): Glob {
  const lower = pattern.toLowerCase()
  return {
    pattern,
    matches: (text, letterCase = 'exact') =>
      letterCase === 'exact'
        ? matchesWildcards(pattern, text, isKnown)
        : matchesWildcards(lower, text.toLowerCase(), isKnown),
    meets: (other) => patternsMeet(lower, other.toLowerCase()),
  }
}

/** Row by row over the second pattern: two wildcards meet, whatever they stand for. */
function patternsMeet(left: string, right: string): boolean {
  // reached[i]: the first i symbols of `left` can stand for the same text as what was read of `right`.
  let reached = Array.from({ length: left.length + 1 }, (_, at) => /^\**$/.test(left.slice(0, at)))
  for (const symbol of right) {
    const next = [symbol === '*' && (reached[0] ?? false)]
    for (let at = 1; at <= left.length; at += 1) next.push(meetsAt(left, symbol, at, reached, next))
    reached = next
  }
  return reached[left.length] ?? false
}

function meetsAt(
  left: string,
  symbol: string,
  at: number,
  before: readonly boolean[],
  now: readonly boolean[],
): boolean {
  const other = left[at - 1]
  const [stay, step, skip] = [before[at] ?? false, before[at - 1] ?? false, now[at - 1] ?? false]
  if (other === '*' || symbol === '*')
    return step || (symbol === '*' ? stay || skip : stay) || (other === '*' && skip)
  return step && (other === symbol || other === '?' || symbol === '?')
}

/** In a resource, `*` stands for a name that is not known: no `?` may take it for one letter. */
function isKnown(letter: string | undefined): boolean {
  return letter !== '*'
}

export function matchesAny(globs: readonly Glob[], text: string, letterCase?: LetterCase): boolean {
  return globs.some((glob) => glob.matches(text, letterCase))
}
