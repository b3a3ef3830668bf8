const mostClaims = 50
const longestName = 100
const longestValue = 1_000

/** What the client says of itself, cut to what is worth storing. */
export function boundedClaims(
  claimed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(claimed).slice(0, mostClaims)
  return Object.fromEntries(
    kept.map(([name, value]) => [
      clean(name).slice(0, longestName),
      clean(value).slice(0, longestValue),
    ]),
  )
}

/** Neither PostgreSQL's text nor canonical JSON takes NUL or lone surrogates. */
export function clean(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.replaceAll(/\p{Surrogate}|\0/gu, '\uFFFD')
}
