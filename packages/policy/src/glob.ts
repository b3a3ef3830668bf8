/** A compiled pattern. `*` stands for any run of characters, `?` for one; everything else for itself. */
export interface Glob {
  readonly pattern: string
  matches(text: string, letterCase?: LetterCase): boolean
}

/** `ignored` is for rules that restrict, so that a change of letter case is no way around them. */
export type LetterCase = 'exact' | 'ignored'

export function compileGlob(pattern: string): Glob {
  const lower = pattern.toLowerCase()
  return {
    pattern,
    matches: (text, letterCase = 'exact') =>
      letterCase === 'exact'
        ? matchesWildcards(pattern, text)
        : matchesWildcards(lower, text.toLowerCase()),
  }
}

/** Greedy with one point to return to: at most pattern × text steps, so hostile text cannot stall it. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0
  let read = 0
  let star = -1
  let resume = 0
  while (read < text.length) {
    const symbol = pattern[at]
    // The star first: a `*` in the text must not use up the pattern's wildcard as an ordinary character.
    if (symbol === '*') {
      star = at
      at += 1
      resume = read
    } else if (at < pattern.length && (symbol === '?' || symbol === text[read])) {
      at += 1
      read += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      read = resume
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

export function matchesAny(globs: readonly Glob[], text: string, letterCase?: LetterCase): boolean {
  return globs.some((glob) => glob.matches(text, letterCase))
}
