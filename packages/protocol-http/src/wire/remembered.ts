const MAX_ENTRIES = 512
const MAX_CHARACTERS = 256

/** What a pure function said of short texts, for texts that come with every request. Forgets all when it is full. */
export function remembered<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (text.length > MAX_CHARACTERS) return result
    if (known.size >= MAX_ENTRIES) known.clear()
    known.set(text, result)
    return result
  }
}
