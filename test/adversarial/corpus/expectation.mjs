/**
 * What a row's `expected`, written for people, permits: any of the named outcomes. Words in capitals count; a row
 * without any is judged by its properties alone (nothing shown, nothing changed, evidence complete).
 */
export function readExpectation(expected) {
  const has = (pattern) => pattern.test(expected)
  const permits = new Set()
  if (has(/\bALLOW\b/)) permits.add('allow')
  if (has(/\bBLOCK\b/)) permits.add('block')
  if (has(/\bCLOSE\b/)) permits.add('close')
  if (has(/\bAPPROVE\b|approved on its own|max\(risk\)|\btracked or BLOCK\b/))
    permits.add('approve')
  if (has(/\bMASK\b/)) permits.add('mask')
  const both = has(/APPROVE[^;,]*\+ ?MASK/)
  if (both && !has(/\bMASK\b.*\bMASK\b/)) permits.delete('mask')
  // An error that would show a value may just as well never happen; a setting that is pinned may be refused.
  if (has(/MASK error|pins|catalog reads/)) permits.add('block')
  // Names inside the parentheses of APPROVE are the actions that the card must show.
  const actions = [...expected.matchAll(/APPROVE\(([a-z]+)/g)].map(([, action]) => action)
  return { permits, actions }
}
