import fc from 'fast-check'
import { escapeJson, escapeLines, escapeText } from './escape'
import { renderStatement } from './statement'
import { renderTable } from './table'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    '\u001b[31mred',
    '\u202egnp.exe',
    'a\r\nb',
    '\u009b2J',
    '\u{e0041}',
    '\u200b',
    'a\tb',
  ),
)

/** Written apart from the code: general categories of what has no glyph of its own. */
const invisible =
  /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

test('nothing that a terminal obeys or hides is left', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(escapeText(text)).not.toMatch(invisible)
      expect(escapeLines(text).replace(/[\n\t]/g, '')).not.toMatch(invisible)
      expect(renderStatement(text).replace(/[\n\t]/g, '')).not.toMatch(invisible)
      expect(
        renderTable([{ text }], [{ title: 'T', value: (item) => item.text }]).replaceAll('\n', ''),
      ).not.toMatch(invisible)
    }),
    { numRuns: 1_000 },
  )
})

test('a table cell is always one line', () => {
  expect(renderTable(['a\nb'], [{ title: 'T', value: (item) => item }])).toBe('T\na\\nb\n')
})

test('escaped JSON is the same JSON', () => {
  fc.assert(
    fc.property(anyText, fc.string(), (text, name) => {
      const value = { [name]: [text, { text }] }
      const escaped = escapeJson(JSON.stringify(value, null, 2))
      expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(escaped.replaceAll('\n', '')).not.toMatch(invisible)
    }),
  )
})

test('ordinary text of any language stays as it is', () => {
  for (const text of ['SELECT 1', 'žluťoučký kůň', '注文', 'naïve — “ok”'])
    expect(escapeText(text)).toBe(text)
})

test('a long statement tells its cut, length and digest, and shows head and tail', () => {
  const text = `SELECT 1 /* ${'x'.repeat(20_000)} */; DROP TABLE orders`
  const shown = renderStatement(text)
  expect(shown).toContain('DROP TABLE orders')
  expect(shown).toContain('are NOT shown here')
  expect(shown).toMatch(new RegExp(`CUT; ${text.length} bytes, SHA-256 [0-9a-f]{64}`))
})
