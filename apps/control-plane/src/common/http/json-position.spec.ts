import fc from 'fast-check'
import { whereNotJson } from './json-position'

it.each([
  ['', 'line 1, column 1'],
  ['{', 'line 1, column 2'],
  ['{"a": 1,}', 'line 1, column 9'],
  ['{\n  "a": tru\n}', 'line 2, column 8'],
  ['{"a" 1}', 'line 1, column 6'],
  ['[1, 2', 'line 1, column 6'],
  ['[1 2]', 'line 1, column 4'],
  ['{"a": 1]', 'line 1, column 8'],
  ["{'a': 1}", 'line 1, column 2'],
  ['{"a": "x\n"}', 'line 1, column 7'],
  ['1 2', 'line 1, column 3'],
  ['01', 'line 1, column 2'],
])('%j is not JSON from %s on', (text, where) => {
  expect(whereNotJson(text)).toBe(where)
})

it('finds nothing in what is JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), undefined, indent)
      expect(whereNotJson(text)).toBeUndefined()
    }),
  )
})

it('agrees with the engine on whether a text is JSON', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '1',
    '-',
    'null',
    ' ',
    '"',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('')
      expect(whereNotJson(text) === undefined).toBe(isJson(text))
    }),
    { numRuns: 2_000 },
  )
})

it('reads a large text once', () => {
  const text = `["${'a'.repeat(1 << 20)}", ${'['.repeat(100_000)}`
  expect(whereNotJson(text)).toBe(`line 1, column ${text.length + 1}`)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
