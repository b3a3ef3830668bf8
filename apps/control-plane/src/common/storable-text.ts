/** Neither PostgreSQL's text nor canonical JSON takes NUL or lone surrogates. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** With U+FFFD for what cannot be stored. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.replaceAll(/\p{Surrogate}|\0/gu, '\uFFFD')
}

/** A JSON value whose texts, names of members included, can be stored. */
export function storableJson<T>(value: T): T {
  const text = JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === 'string') return storable(member)
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.fromEntries(Object.entries(member).map(([name, item]) => [storable(name), item]))
  })
  return JSON.parse(text) as T
}

/** Where the texts are that cannot be stored: dotted paths. In a loop, for a body may be nested as deeply as it is long. */
export function unstorablePaths(value: unknown): string[] {
  const paths: string[] = []
  const left: { readonly value: unknown; readonly path: string }[] = [{ value, path: '' }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value: found, path } = next
    if (typeof found === 'string' && !isStorable(found)) paths.push(path)
    if (typeof found !== 'object' || found === null) continue
    for (const [name, item] of Object.entries(found)) {
      const inner = path === '' ? name : `${path}.${name}`
      if (!isStorable(name)) paths.push(inner)
      left.push({ value: item, path: inner })
    }
  }
  return paths
}
