import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { compileMasker } from '../compile-masker'
import { stricter } from '../methods/mask-value'
import { emptyPlan, type Column, type DetectorMask, type MaskMethod } from '../plan'

const key = Buffer.from('a key of the connection')

function masked(type: number, format: Column['format'], cell: Buffer | string, method: MaskMethod) {
  const columns = [{ name: 'c', type, table: 0, attribute: 0, format }]
  const plan = { ...emptyPlan, columns: [{ index: 0, rule: 'r', method }] }
  const out = compileMasker({ plan, columns, key }).mask(0, Buffer.from(cell))
  return out === null ? null : Buffer.from(out)
}

function detected(
  type: number,
  format: Column['format'],
  cell: Buffer | string,
  kinds = ['email', 'credit_card'],
  method: MaskMethod = { kind: 'redact' },
) {
  const columns = [{ name: 'c', type, table: 0, attribute: 0, format }]
  const detectors: DetectorMask[] = kinds.map((detector) => ({ detector, rule: 'r', method }))
  const out = compileMasker({ plan: { ...emptyPlan, detectors }, columns, key }).mask(
    0,
    Buffer.from(cell),
  )
  return out === null ? null : Buffer.from(out)
}

const redact: MaskMethod = { kind: 'redact' }
const hash: MaskMethod = { kind: 'hash' }
const tokenize: MaskMethod = { kind: 'tokenize' }
const keep = (keepFirst: number, keepLast: number): MaskMethod => ({
  kind: 'partial',
  keepFirst,
  keepLast,
})

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** array_send of one dimension. */
function textArray(elements: readonly (string | null)[]): Buffer {
  const parts = [
    int4(1),
    int4(elements.includes(null) ? 1 : 0),
    int4(25),
    int4(elements.length),
    int4(1),
  ]
  for (const element of elements) {
    if (element === null) parts.push(int4(-1))
    else parts.push(int4(Buffer.byteLength(element)), Buffer.from(element))
  }
  return Buffer.concat(parts)
}

describe('a partial cell of a fixed width', () => {
  const fixed: MaskMethod = { kind: 'partial', keepFirst: 1, keepLast: 4, width: 8 }
  const values = ['1234567890', '4111 1111-1111 1111', 'longer than the width', 'ää🙂xxxxxx🙂🙂ü']

  it.each([
    [values[0], '1***7890'],
    [values[1], '4***1111'],
    [values[3], 'ä***x🙂🙂ü'],
    ['padded value       ', 'p***alue'],
    ['short', '********'],
    ['', '********'],
  ])('shows %p as %p', (value = '', shown) => {
    expect(masked(25, 'text', value, fixed)?.toString()).toBe(shown)
    expect(masked(25, 'binary', value, fixed)?.toString()).toBe(shown)
  })

  it('is as long for every value, whatever stays of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        const shown = masked(1043, 'text', value, fixed)?.toString() ?? ''
        expect(Array.from(shown)).toHaveLength(8)
      }),
    )
  })

  it('is so in arrays, and where another mask without a width keeps less', () => {
    const array = masked(1009, 'text', '{1234567890,"411111 1111 1111"}', fixed)
    expect(array?.toString()).toBe('{"1***7890","4***1111"}')
    const both = stricter(fixed, keep(0, 2))
    expect(both).toEqual({ kind: 'partial', keepFirst: 0, keepLast: 2, width: 8 })
    expect(masked(25, 'text', '1234567890', both)?.toString()).toBe('******90')
  })

  it.each([3, 5, 0, -1, NaN, 1e9])('keeps nothing where the width is %p', (width) => {
    const shown = masked(25, 'text', '123456789012', { ...fixed, width })?.toString()
    expect(shown).toMatch(/^\*+$/)
    expect(shown?.length).toBeLessThan(10)
  })
})

describe('a redacted cell', () => {
  it.each([
    ['bool', 16, 'f', 1],
    ['int8', 20, '0', 8],
    ['int2', 21, '0', 2],
    ['int4', 23, '0', 4],
    ['oid', 26, '0', 4],
    ['float4', 700, '0', 4],
    ['float8', 701, '0', 8],
    ['numeric', 1700, '0', 8],
    ['money', 790, '$0.00', 8],
    ['date', 1082, '2000-01-01', 4],
    ['time', 1083, '00:00:00', 8],
    ['timetz', 1266, '00:00:00+00', 12],
    ['timestamp', 1114, '2000-01-01 00:00:00', 8],
    ['timestamptz', 1184, '2000-01-01 00:00:00+00', 8],
    ['interval', 1186, '00:00:00', 16],
    ['uuid', 2950, '00000000-0000-0000-0000-000000000000', 16],
    ['inet', 869, '0.0.0.0', 8],
    ['cidr', 650, '0.0.0.0/32', 8],
    ['macaddr', 829, '00:00:00:00:00:00', 6],
    ['bit', 1560, '0', 5],
    ['int4range', 3904, 'empty', 1],
    ['int4multirange', 4451, '{}', 4],
    ['int4[]', 1007, '{}', 12],
    ['jsonb', 3802, '"[redacted]"', 13],
    ['text', 25, '[redacted]', 10],
    ['xml', 142, '<redacted/>', 11],
  ])('of type %s is a value of the type in both formats', (_name, oid, text, binaryLength) => {
    expect(masked(oid, 'text', 'secret 42', redact)?.toString()).toBe(text)
    expect(masked(oid, 'binary', 'secret 42', redact)).toHaveLength(binaryLength)
  })

  it('is NULL when the type has no safe value or is not known', () => {
    expect(masked(2249, 'binary', 'x', redact)).toBeNull()
    expect(masked(99_999, 'binary', 'x', redact)).toBeNull()
    expect(masked(99_999, 'text', 'x', redact)?.toString()).toBe('[redacted]')
  })
})

describe('a partly masked cell', () => {
  it.each([
    ['4111 1111 1111 1234', 0, 4, '**** **** **** 1234'],
    ['4111-1111-1111-1234', 6, 2, '4111-11**-****-**34'],
    ['+1 (202) 555-0143', 0, 2, '+* (***) ***-**43'],
    ['Lovelace', 1, 2, 'L*****ce'],
    ['Zoë Müller', 1, 1, 'Z********r'],
    ['😀😃😄😁', 1, 1, '😀**😁'],
    ['abc', 2, 0, '***'],
    ['ab', 0, 2, '***'],
    ['', 0, 0, '***'],
    ['padded    ', 0, 3, '***ded    '],
  ])('shows of %j the first %i and last %i as %j', (value, first, last, shown) => {
    expect(masked(25, 'text', value, keep(first, last))?.toString()).toBe(shown)
  })

  it('never shows more than half of the value, nor of a wrong count anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: -5, max: 40 }),
        fc.integer({ min: -5, max: 40 }),
        (value, first, last) => {
          const shown = Array.from(masked(25, 'text', value, keep(first, last))?.toString() ?? '')
          const points = Array.from(value.replace(/ +$/, ''))
          if (shown.join('') === '***') return
          const kept = points.filter(
            (p, i) => shown[i] === p && p !== '*' && !' -./()+'.includes(p),
          )
          expect(kept.length).toBeLessThanOrEqual(points.length / 2)
        },
      ),
    )
  })

  it('is redacted when its type is no text', () => {
    expect(masked(23, 'binary', int4(123_456), keep(0, 2))).toEqual(int4(0))
    expect(masked(1082, 'text', '1990-05-05', keep(4, 0))?.toString()).toBe('2000-01-01')
  })
})

describe('a hashed cell', () => {
  it('is HMAC-SHA-256, half of it, in hex', () => {
    const full = createHmac('sha256', key).update('ada').digest('hex')
    expect(masked(25, 'text', 'ada', hash)?.toString()).toBe(full.slice(0, 32))
  })

  it('is an integer of the type for integers, alike in both formats', () => {
    const text = Number(masked(23, 'text', '123456', hash)?.toString())
    expect(masked(23, 'binary', int4(123_456), hash)?.readInt32BE()).toBe(text)
    expect(text).not.toBe(123_456)
    const long = Buffer.alloc(8)
    long.writeBigInt64BE(-5n)
    const asText = masked(20, 'text', '-5', hash)?.toString()
    expect(String(masked(20, 'binary', long, hash)?.readBigInt64BE())).toBe(asText)
  })

  it('is a UUID for a UUID, bytes for bytes, JSON for JSON', () => {
    const uuid = '0193541f-0000-7000-8000-00000000000a'
    const text = masked(2950, 'text', uuid, hash)?.toString() ?? ''
    expect(text).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
    expect(masked(2950, 'binary', bytes, hash)?.toString('hex')).toBe(text.replaceAll('-', ''))
    expect(masked(17, 'text', '\\xdeadbeef', hash)?.toString()).toBe(
      `\\x${masked(17, 'binary', Buffer.from('deadbeef', 'hex'), hash)?.toString('hex')}`,
    )
    expect(JSON.parse(masked(3802, 'text', '{"a":1}', hash)?.toString() ?? '')).toMatch(
      /^[0-9a-f]{32}$/,
    )
    expect(masked(3802, 'binary', '\u0001{"a":1}', hash)?.[0]).toBe(1)
  })
})

describe('a tokenized cell', () => {
  it('has the shape of the value and none of its characters in place', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 .-]{1,40}$/), (value) => {
        const token = masked(25, 'text', value, tokenize)?.toString() ?? ''
        const shape = (text: string) =>
          text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0')
        expect(shape(token)).toBe(shape(value))
        for (const [i, c] of Array.from(value).entries())
          if (/[a-z0-9]/i.test(c)) expect(token[i]).not.toBe(c)
        expect(masked(25, 'binary', value, tokenize)?.toString()).toBe(token)
      }),
    )
  })

  it('is an address that belongs to nobody for an address, joinable by domain', () => {
    const [a, b] = ['ada@shop.example.com', 'bob@shop.example.com'].map(
      (v) => masked(25, 'text', v, tokenize)?.toString() ?? '',
    )
    expect(a).toMatch(/^[a-z]{12}@[a-z]{8}\.example$/)
    expect(a?.split('@')[1]).toBe(b?.split('@')[1])
    expect(a).not.toBe(b)
  })
})

describe('detectors on cells', () => {
  it('change just what they find, in text of any format', () => {
    for (const format of ['text', 'binary'] as const) {
      expect(detected(25, format, 'Grüße an ada@example.com!')?.toString()).toBe(
        'Grüße an [redacted]!',
      )
    }
  })

  it('return the same buffer when nothing is found', () => {
    const cell = Buffer.from('nothing, at all @ here 1234')
    const columns = [{ name: 'c', type: 25, table: 0, attribute: 0, format: 'text' as const }]
    const plan = { ...emptyPlan, detectors: [{ detector: 'email', rule: 'r', method: redact }] }
    const masker = compileMasker({ plan, columns, key })
    expect(masker.mask(0, cell)).toBe(cell)
    expect(masker.maskedCells).toBe(0)
  })

  it('leave JSON valid: strings, escapes, names and numbers', () => {
    const json = '{"to":"ada@example.com","ada\\u0040example.com":[1,4111111111111111],"n":"a\\"b"}'
    const shown = { to: '[redacted]', '[redacted]': [1, 0], n: 'a"b' }
    for (const [oid, format, prefix] of [
      [114, 'text', ''],
      [3802, 'text', ''],
      [3802, 'binary', '\u0001'],
    ] as const) {
      const out = detected(oid, format, prefix + json)?.toString() ?? ''
      expect(JSON.parse(out.slice(prefix.length))).toEqual(shown)
      expect(out.startsWith(prefix)).toBe(true)
    }
  })

  it('redact what should be JSON and is not', () => {
    expect(detected(114, 'text', '{"ada@example.com')?.toString()).toBe('"[redacted]"')
  })

  it('leave arrays valid in both formats', () => {
    expect(
      detected(1009, 'text', '{ada@example.com,NULL,"a \\"b\\" c","x, y@z.com"}')?.toString(),
    ).toBe('{"[redacted]",NULL,"a \\"b\\" c","x, [redacted]"}')
    const binary = textArray(['ada@example.com', null, 'plain'])
    expect(detected(1009, 'binary', binary)).toEqual(textArray(['[redacted]', null, 'plain']))
    expect(detected(1009, 'text', '[2:3]={a,y@z.com}')?.toString()).toBe('[2:3]={a,"[redacted]"}')
  })

  it('redact an array that is cut short when it might hold something', () => {
    const binary = textArray(['ada@example.com', 'bob@example.com'])
    for (let length = 24; length < binary.length; length++) {
      const out = detected(1009, 'binary', binary.subarray(0, length))
      expect(out?.includes('bob@example.com')).not.toBe(true)
      expect(out?.includes('ada@example.com')).not.toBe(true)
    }
    expect(detected(1009, 'text', '{"ada@example.com')?.toString()).toBe('{}')
  })

  it('hide a binary value whole when its layout is not known', () => {
    expect(detected(99_999, 'binary', 'ada@example.com')).toBeNull()
    expect(detected(2249, 'text', '(1,ada@example.com,"x y")')?.toString()).toBe(
      '(1,[redacted],"x y")',
    )
  })

  it('hide a bytea whole that holds a value as text, in either output', () => {
    const value = Buffer.from('to ada@example.com')
    const hex = `\\x${value.toString('hex')}`
    const hidden = Buffer.from('[redacted]')
    expect(detected(17, 'binary', value)).toEqual(hidden)
    expect(detected(17, 'text', hex)?.toString()).toBe(`\\x${hidden.toString('hex')}`)
    expect(detected(17, 'text', value)?.toString()).toBe(`\\x${hidden.toString('hex')}`)
    expect(detected(1001, 'text', `{"\\${hex}"}`)?.toString()).not.toContain(
      value.toString('hex').slice(8),
    )
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0x40, 0xff])
    expect(detected(17, 'binary', image)).toEqual(image)
  })

  it('do not look into numbers and times', () => {
    const cell = '4111111111111111'
    expect(detected(20, 'text', cell)?.toString()).toBe(cell)
  })

  it('apply their own method to the span', () => {
    const shown = detected(25, 'text', 'card 4111 1111 1111 1111.', ['credit_card'], keep(0, 4))
    expect(shown?.toString()).toBe('card **** **** **** 1111.')
    expect(detected(25, 'text', 'ada@example.com', ['email'], { kind: 'null' })).toBeNull()
    expect(
      detected(25, 'text', 'to ada@example.com', ['email'], { kind: 'null' })?.toString(),
    ).toBe('to [redacted]')
  })

  it('never let a planted value through, whatever is around it', () => {
    const around = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((s) => s.replace(/[\p{L}\p{N}\p{Surrogate}@._%+'-]/gu, ' '))
    fc.assert(
      fc.property(
        around,
        around,
        fc.constantFrom(25, 114, 1009, 99_999, 2249, 3614),
        (before, after, oid) => {
          const value = 'ada.lovelace@example.com'
          const text = `${before} ${value} ${after}`
          const cell =
            oid === 114
              ? JSON.stringify({ text })
              : oid === 1009
                ? `{"${text.replace(/["\\]/g, '\\$&')}"}`
                : text
          expect(detected(oid, 'text', cell)?.toString() ?? '').not.toContain('lovelace')
          expect(detected(oid === 1009 ? 25 : oid, 'binary', text)?.toString() ?? '').not.toContain(
            'lovelace',
          )
        },
      ),
    )
  })
})
