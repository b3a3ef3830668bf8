import fc from 'fast-check'
import { compileGlob } from './glob'

/** The obvious slow way, as an independent opinion. */
function reference(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*'))
    return reference(pattern.slice(1), text) || (text !== '' && reference(pattern, text.slice(1)))
  const taken = pattern.startsWith('?') ? text !== '' && text[0] !== '*' : pattern[0] === text[0]
  return taken && reference(pattern.slice(1), text.slice(1))
}

const letters = (alphabet: string) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), maxLength: 8 })

test('a glob matches what its definition says', () => {
  fc.assert(
    fc.property(letters('ab*?.'), letters('ab.*'), (pattern, text) => {
      expect(compileGlob(pattern).matches(text)).toBe(reference(pattern, text))
    }),
    { numRuns: 2_000 },
  )
})

test('two patterns meet when some text matches both', () => {
  const texts = ['']
  for (let at = 0; at < 400; at += 1)
    for (const letter of 'ab') texts.push((texts[at] ?? '') + letter)
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 }),
      (left, right) => {
        const shared = texts.some((text) => reference(left, text) && reference(right, text))
        expect(compileGlob(left).meets(right)).toBe(shared)
      },
    ),
    { numRuns: 500 },
  )
})

test('hostile patterns and texts do not stall it', () => {
  const glob = compileGlob('*a'.repeat(200) + 'b')
  expect(glob.matches('a'.repeat(20_000))).toBe(false)
})

test('letter case is ignored only when asked', () => {
  expect(compileGlob('table:*.Secrets').matches('table:public.secrets')).toBe(false)
  expect(compileGlob('table:*.Secrets').matches('table:public.secrets', 'ignored')).toBe(true)
})
