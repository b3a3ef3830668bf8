import fc from 'fast-check'
import { detectorNames } from '../detectors'
import { bestOf, stepLimit } from '../testing/best-of'
import { maskerFor, planOf, streamed } from '../testing/streams'
import { noBytes } from './unreadable'
import { stepBytes } from './steps'

const everything = planOf({ detectors: detectorNames })
const emails = planOf({ detectors: ['email'] })
const size = 800_000

const stepped = (...given: Parameters<typeof steppedOnce>) => bestOf(() => steppedOnce(...given))

/** The most time of the processor that one step took, in milliseconds, and all that was shown. */
function steppedOnce(mediaType: string, body: string, plan = everything) {
  const masker = maskerFor(mediaType, plan)
  const shown: Buffer[] = []
  let worst = 0
  const step = (run: () => Uint8Array) => {
    const before = process.cpuUsage()
    shown.push(Buffer.from(run()))
    const { user, system } = process.cpuUsage(before)
    worst = Math.max(worst, (user + system) / 1_000)
  }
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += stepBytes) {
    step(() => masker.write(bytes.subarray(at, at + stepBytes)))
    while (masker.isBehind) step(() => masker.write(noBytes))
  }
  step(() => masker.end())
  return { worst, text: Buffer.concat(shown).toString(), cells: masker.maskedCells }
}

const filled = (unit: string) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)

describe('a masker that is given little at a time', () => {
  it.each([
    ['digits', '4111111111111111'],
    ['account numbers', 'DE89370400440532013000 '],
    ['prefixes of keys', 'sk-'],
    ['addresses', 'ada.lovelace@example.com '],
  ])('takes a long string of %s in steps', (_what, unit) => {
    const { worst, text } = stepped('application/json', JSON.stringify({ a: filled(unit) }))
    expect(worst).toBeLessThan(stepLimit)
    expect(text).toContain('"')
  })

  it.each([
    [
      'JSON within a string',
      'application/json',
      (text: string) => JSON.stringify({ a: JSON.stringify({ b: text }) }),
    ],
    ['an event', 'text/event-stream', (text: string) => `data: ${text}\n\n`],
    [
      'an event of JSON',
      'text/event-stream',
      (text: string) => `data: ${JSON.stringify([text])}\n\n`,
    ],
    ['a cell', 'text/csv', (text: string) => `a,b\n1,${text}\n`],
    ['a text of XML', 'application/xml', (text: string) => `<a>${text}</a>`],
    [
      'a field',
      'application/x-www-form-urlencoded',
      (text: string) => `a=${encodeURIComponent(text)}`,
    ],
  ] as const)('takes %s in steps, and masks all of it', (_what, mediaType, bodyOf) => {
    const { worst, text, cells } = stepped(mediaType, bodyOf(filled('ada.lovelace@example.com ')))
    expect(worst).toBeLessThan(stepLimit)
    expect(text).not.toMatch(/lovelace(?:@|%40)example/)
    expect(cells).toBeGreaterThan(0)
  })
})

describe('what a masker shows', () => {
  const part = fc.oneof(
    fc.constantFrom('ada@example.com', '{"b":"ada@example.com"}', '[', '\\"', '\n', 'é', '1,2'),
    fc.string({ minLength: 1, maxLength: 20 }),
  )
  const long = fc
    .array(part, { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(' '))
    .map((text) => text.repeat(Math.ceil((stepBytes * 1.2) / text.length)))

  it('is the same, whether it is given time or not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(long, fc.string()), { maxLength: 4 }), (values) => {
        const body = JSON.stringify(values.map((value) => ({ value })))
        const atOnce = streamed('application/json', emails, body).toString()
        expect(stepped('application/json', body, emails).text).toBe(atOnce)
        expect(JSON.parse(atOnce)).toHaveLength(values.length)
        expect(atOnce).not.toContain('ada@example.com')
      }),
      { numRuns: 40 },
    )
  })

  it('goes on in order when more is written before it has caught up', () => {
    const masker = maskerFor('application/json', emails)
    const address = 'ada@example.com '.repeat(4_000)
    const shown = [masker.write(Buffer.from(`["${address}","b"`))].map((bytes) =>
      Buffer.from(bytes),
    )
    expect(masker.isBehind).toBe(true)
    shown.push(Buffer.from(masker.write(Buffer.from(',"c"]'))), Buffer.from(masker.end()))
    const values = JSON.parse(Buffer.concat(shown).toString()) as string[]
    expect(values.slice(1)).toEqual(['b', 'c'])
    expect(values[0]).not.toContain('@')
  })

  it('is nothing of a long name, which is not looked at in steps', () => {
    const name = `${'a'.repeat(stepBytes)}@example.com`
    expect(streamed('application/json', emails, JSON.stringify({ [name]: 1 })).toString()).toBe(
      '{"[redacted]":1}',
    )
  })

  it('is nothing of a long value that a rule would show a part of', () => {
    const plan = {
      ...planOf({ paths: ['$.a'], method: { kind: 'partial', keepLast: 4 } as never }),
      detectors: emails.detectors,
    }
    const body = JSON.stringify({ a: 'x'.repeat(stepBytes + 1) })
    expect(streamed('application/json', plan, body).toString()).toBe('{"a":"[redacted]"}')
  })
})
