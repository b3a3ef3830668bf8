export type StrictJson =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Why two readers could see two values in it. */
  | { readonly kind: 'ambiguous'; readonly reason: string }

const maxDepth = 64

/** JSON that every reader takes for the same: RFC 8259, UTF-8, no name twice in an object, also in another letter case. */
export function readStrictJson(bytes: Uint8Array): StrictJson {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { kind: 'ambiguous', reason: 'the JSON is not UTF-8' }
  }
  return parseStrictJson(text)
}

export function parseStrictJson(text: string): StrictJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'ambiguous', reason: 'it is no valid JSON' }
  }
  const reason = ambiguityIn(text)
  return reason === undefined ? { kind: 'value', value } : { kind: 'ambiguous', reason }
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs

/** The text is valid JSON by now, so its tokens say all. */
function ambiguityIn(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []
  let isName = false
  for (const [word] of text.matchAll(token)) {
    if (word === '{' || word === '[') {
      if (objects.length === maxDepth) return `the JSON is nested deeper than ${maxDepth} levels`
      objects.push(word === '{' ? new Set() : undefined)
      isName = word === '{'
    } else if (word === '}' || word === ']') objects.pop()
    else if (word === ',') isName = objects.at(-1) !== undefined
    else if (word === ':') isName = false
    else if (isName) {
      const name = foldedName(String(JSON.parse(word)))
      const names = objects.at(-1)
      if (names?.has(name) === true) return 'a name stands twice in one JSON object'
      if (name === '__proto__') return 'a name in the JSON is one that some readers act on'
      names?.add(name)
      isName = false
    } else if (isLossy(word)) return 'a number in the JSON is too large for many readers'
  }
  return undefined
}

/** Some readers fill a field whatever the letter case of its name. */
export function foldedName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{C}\p{Z}]/gu, '')
}

function isLossy(word: string): boolean {
  const first = word.charAt(0)
  return (first === '-' || (first >= '0' && first <= '9')) && !Number.isFinite(Number(word))
}
