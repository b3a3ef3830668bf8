export const longestPattern = 200

/** Whether `name` fits the pattern; `*` stands for any run of characters, everything else for itself. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.length > longestPattern) return false
  const parts = pattern.split('*')
  const first = parts.shift() ?? ''
  const last = parts.pop()
  if (last === undefined) return name === first
  if (name.length < first.length + last.length) return false
  if (!name.startsWith(first) || !name.endsWith(last)) return false
  return containsInOrder(name.slice(first.length, name.length - last.length), parts)
}

/** Linear in the name: the leftmost place of each part is the best one. */
function containsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return true
}
