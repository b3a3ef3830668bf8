import { storable } from '../common/storable-text'

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
      storable(name).slice(0, longestName),
      storable(value).slice(0, longestValue),
    ]),
  )
}
