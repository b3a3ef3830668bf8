import fc from 'fast-check'
import { maskerFor, planOf, shown } from '../../testing/streams'
import { terminalMediaType } from '../media-type'

const plan = planOf({ detectors: ['email', 'credit_card'] })
const every = (text: string) => Array.from({ length: Buffer.from(text).length }, (_all, at) => at)

describe('masking of terminal output', () => {
  it.each([
    [
      '\x1b[32mada\x1b[0m@example\x1b[1m.com\x1b[0m done',
      '\x1b[32m\x1b[0m\x1b[1m[redacted]\x1b[0m done',
    ],
    ['plain \x1b[31mred\x1b[0m text\r\n', undefined],
    ['\x1b]0;ada@example.com\x07$ ', '\x1b]0;[redacted]\x07$ '],
    ['\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\', undefined],
    ['\b\b 12\b \b\n', undefined],
    ['41\x00111111\x0711111111\n', '\x00\x07[redacted]\n'],
    ['\x1b(B\x1b=\x1bM\x1b[?2004h', undefined],
    ['broken \x1b[12', undefined],
    ['4111\u200b1111\u00ad1111\ufe0f1111\u2060\n', '\u200b\u00ad\ufe0f[redacted]\u2060\n'],
    ['4111\u009b1m11111111\u009b0m1111\n', '\u009b1m\u009b0m[redacted]\n'],
    ['\ufeff\u2026 \u20ac \u00e2 \u00c2\u00a0\n', undefined],
    ['unfinished \u009b12', undefined],
  ])('keeps escape sequences and looks through them: %j', (text, expected = text) => {
    expect(shown(terminalMediaType, plan, text)).toBe(expected)
    expect(shown(terminalMediaType, plan, text, every(text))).toBe(expected)
  })

  it('gives the same for any split', () => {
    const piece = fc.constantFrom(
      'ada',
      '@',
      'example.com',
      '\x1b[0m',
      '\x1b]0;a@b.io\x07',
      ' ',
      '\r\n',
      '4111',
      ' 1111',
      '\x1b',
      '[',
      'é',
      'â',
      '€',
      '\u200b',
      '\u00ad',
      '\u009b',
      '1m',
      '\b',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (parts, cuts) => {
          const text = parts.join('')
          expect(shown(terminalMediaType, plan, text, cuts)).toBe(
            shown(terminalMediaType, plan, text),
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  it('shows a prompt when nothing follows it, and masks what goes on behind it', () => {
    const masker = maskerFor(terminalMediaType, plan)
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
    expect(text(masker.write(Buffer.from('line\r\n\x1b[1muser')))).toBe('line\r\n')
    expect(text(masker.idle())).toBe('\x1b[1muser')
    expect(text(masker.idle())).toBe('')
    expect(text(masker.write(Buffer.from('name@example')))).toBe('')
    expect(text(masker.write(Buffer.from('.com\r\n$ ')))).toBe('[redacted]\r\n$ ')
    expect(text(masker.end())).toBe('')
    expect(masker.maskedCells).toBe(1)
  })

  it('takes time by the length of what shows nothing, however much it is', () => {
    const hidden = '\0'.repeat(4 << 20)
    const started = performance.now()
    for (const text of [hidden, '\b\x1b[m'.repeat(100_000)])
      expect(shown(terminalMediaType, plan, `${text}ada@example.com${text}`, [70_000])).toBe(
        `${text}[redacted]${text}`,
      )
    // The time of a square of that length is minutes.
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('withholds what hides more within one word than it can hold', () => {
    const masker = maskerFor(terminalMediaType, plan)
    expect(masker.write(Buffer.from('ada@'))).toHaveLength(0)
    const more = () => masker.write(Buffer.alloc(1 << 20))
    expect(() => Array.from({ length: 9 }, more)).toThrow('within one word')
    expect(() => masker.write(Buffer.from('example.com '))).toThrow('within one word')
  })
})
