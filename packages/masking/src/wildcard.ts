/** Whether a text is matched by a pattern in which `*` stands for any run of characters and `?` for one. */
export type Wildcard = (text: string) => boolean

/** Letter case is ignored: a mask restricts, and another spelling of a name is no way around it. */
export function wildcard(pattern: string): Wildcard {
  const lower = pattern.toLowerCase()
  if (!/[*?]/.test(lower)) return (text) => text.toLowerCase() === lower
  return (text) => matchesWildcards(lower, text.toLowerCase())
}

/**
 * Greedy with one point to return to: at most pattern × text steps, so hostile text cannot stall it. `isOne` says for
 * which characters of the text `?` may stand.
 */
export function matchesWildcards(
  pattern: string,
  text: string,
  isOne: (character: string | undefined) => boolean = () => true,
): boolean {
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
    } else if (
      at < pattern.length &&
      (symbol === text[read] || (symbol === '?' && isOne(text[read])))
    ) {
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
