const space = /[ \t\n\r]*/y
/** RFC 8259; the ranges of a string leave out `"`, `\` and the control characters. */
const token =
  /[{}[\],:]|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end'

/** What may follow; undefined = the token may not stand here. `open` holds the brackets that are not closed yet. */
function follow(expected: Expected, first: string, open: string[]): Expected | undefined {
  switch (expected) {
    case 'colon':
      return first === ':' ? 'value' : undefined
    case 'key':
    case 'key-or-end':
      if (first === '"') return 'colon'
      return expected === 'key-or-end' && first === '}' ? close(open) : undefined
    case 'comma-or-end': {
      const inner = open.at(-1)
      if (first === ',') return inner === undefined ? undefined : inner === '{' ? 'key' : 'value'
      return first === (inner === '{' ? '}' : ']') && inner !== undefined ? close(open) : undefined
    }
    case 'value':
    case 'value-or-end':
      return value(expected, first, open)
  }
}

function value(expected: Expected, first: string, open: string[]): Expected | undefined {
  if (first === '{' || first === '[') {
    open.push(first)
    return first === '{' ? 'key-or-end' : 'value-or-end'
  }
  if (first === ']') return expected === 'value-or-end' ? close(open) : undefined
  return '},:'.includes(first) ? undefined : 'comma-or-end'
}

function close(open: string[]): Expected {
  open.pop()
  return 'comma-or-end'
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Where a text stops being JSON: `line 3, column 7`. Undefined = it is JSON. The engine's own message quotes the text. */
export function whereNotJson(text: string): string | undefined {
  const open: string[] = []
  let expected: Expected | undefined = 'value'
  let at = matchAt(space, text, 0).length
  while (at < text.length) {
    const found = matchAt(token, text, at)
    expected = found === '' ? undefined : follow(expected, found.charAt(0), open)
    if (expected === undefined) return place(text, at)
    at += found.length
    at += matchAt(space, text, at).length
  }
  return expected === 'comma-or-end' && open.length === 0 ? undefined : place(text, at)
}

function place(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}
