import fc from 'fast-check'
import { compileMasker } from '../compile-masker'
import { passesLuhn } from '../methods/luhn'
import { maskValue } from '../text-masker'
import { emptyPlan, type Column, type MaskMethod } from '../plan'

const key = Buffer.from('a key of the connection')
const tokenize: MaskMethod = { kind: 'tokenize' }
const shift: MaskMethod = { kind: 'shift', days: 30 }
const [int4, int8, date, timestamptz, jsonb] = [23, 20, 1082, 1184, 3802]

function masked(type: number, cell: string, method: MaskMethod, detectors: string[] = []) {
  const columns: Column[] = [{ name: 'c', type, table: 0, attribute: 0, format: 'text' }]
  const plan = {
    ...emptyPlan,
    columns: [{ index: 0, rule: 'r', method }],
    detectors: detectors.map((detector) => ({ detector, rule: 'r', method: redact })),
  }
  const out = compileMasker({ plan, columns, key }).mask(0, Buffer.from(cell))
  return out === null ? null : Buffer.from(out).toString()
}

const redact = { kind: 'redact' } as const
const within = (path: string, method: MaskMethod): MaskMethod => {
  if (method.kind === 'within') throw new Error('one level only')
  return { kind: 'within', parts: [{ path, method }] }
}

function digitsOf(text: string): number[] {
  return (text.match(/\d/g) ?? []).map(Number)
}

const card = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
  .map((digits) => {
    const check = Array.from({ length: 10 }, (_, last) => last).find((last) =>
      passesLuhn([...digits, last]),
    )
    return [...digits, check ?? 0].join('')
  })

describe('tokens of card numbers', () => {
  it('have the length of the card, pass Luhn and show no digit where it was', () => {
    fc.assert(
      fc.property(card, (number) => {
        const token = digitsOf(String(maskValue(number, tokenize, key)))
        expect(token).toHaveLength(number.length)
        expect(passesLuhn(token)).toBe(true)
        expect(token.filter((digit, at) => String(digit) === number[at])).toEqual([])
      }),
    )
  })

  it('keep the separators and are the same for equal cards', () => {
    const token = maskValue('4111-1111-1111-1111', tokenize, key)
    expect(token).toMatch(/^\d{4}-\d{4}-\d{4}-\d{4}$/)
    expect(maskValue('4111-1111-1111-1111', tokenize, key)).toBe(token)
    expect(maskValue('4111-1111-1111-1111', tokenize, Buffer.from('another'))).not.toBe(token)
  })

  it('pass Luhn as numbers too', () => {
    const token = String(masked(int8, '4111111111111111', tokenize))
    expect(token).toMatch(/^\d{16}$/)
    expect(passesLuhn(digitsOf(token))).toBe(true)
    expect(token).not.toBe('4111111111111111')
  })
})

describe('tokens of whole numbers', () => {
  it('have as many digits, fit the type and are no value of their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_147_483_647, max: 2_147_483_647 }), (value) => {
        const token = String(masked(int4, String(value), tokenize))
        expect(token).toHaveLength(String(value).length)
        expect(Number(token)).not.toBe(value)
        expect(Math.abs(Number(token))).toBeLessThanOrEqual(2_147_483_647)
        expect(masked(int8, String(value), tokenize)).toBe(token)
      }),
    )
  })
})

describe('shifted dates', () => {
  const millis = (text: string | null) => Date.parse(String(text))

  it('move by at least one day and at most as many as the rule says', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01') }), (when) => {
        fc.pre(!Number.isNaN(when.getTime()))
        const day = when.toISOString().slice(0, 10)
        const moved = (millis(masked(date, day, shift)) - Date.parse(day)) / 86_400_000
        expect(Math.abs(moved)).toBeGreaterThanOrEqual(1)
        expect(Math.abs(moved)).toBeLessThanOrEqual(30)
        expect(masked(date, day, shift)).toBe(masked(date, day, shift))
      }),
    )
  })

  it('keep the distance of times within a day', () => {
    const [a, b] = ['2024-05-06 07:00:00+00', '2024-05-06 09:30:00+00'].map((text) =>
      millis(masked(timestamptz, text, shift)),
    )
    expect(Number(b) - Number(a)).toBe(9_000_000)
  })

  it('are the same moment whatever zone the session shows it in', () => {
    const [utc, berlin] = ['2024-05-06 23:30:00+00', '2024-05-07 01:30:00+02'].map((text) =>
      millis(masked(timestamptz, text, shift)),
    )
    expect(berlin).toBe(utc)
  })

  it.each(['infinity', '44-03-15 BC', '12/31/2024', 'Sun May 05 07:00:00 2024 UTC'])(
    'of %s are redacted: what cannot be read cannot be moved',
    (text) => {
      expect(masked(date, text, shift)).toBe('2000-01-01')
    },
  )
})

describe('a mask within JSON', () => {
  it('changes the named places and nothing else', () => {
    const cell = '{"name": "Ada", "cards": [{"number": "4111111111111111"}], "ssn": "078-05-1120"}'
    expect(masked(jsonb, cell, within('$.cards[*].number', redact))).toBe(
      '{"name": "Ada", "cards": [{"number": "[redacted]"}], "ssn": "078-05-1120"}',
    )
  })

  it('looks for what detectors know in the rest', () => {
    const cell = '{"a": "ada@lovelace.org", "b": 1}'
    expect(masked(jsonb, cell, within('b', redact), ['email'])).toBe('{"a": "[redacted]", "b": 0}')
  })

  it.each(['{"ssn": ', 'ssn=078-05-1120'])('redacts %j, which is no JSON', (cell) => {
    expect(masked(25, cell, within('ssn', redact))).toBe('[redacted]')
  })

  it('redacts a column of a type that holds no JSON', () => {
    expect(masked(int4, '42', within('ssn', redact))).toBe('0')
  })
})
