import fc from 'fast-check'
import { parameterText } from './parameter-text'

/** What PostgreSQL's own send functions give, as `SELECT encode(int2send(1), 'hex')` shows it. */
const vectors: [number, string, string][] = [
  [16, '01', 'true'],
  [21, '0001', '1'],
  [23, 'ffffffff', '-1'],
  [20, '3fffffffffffffff', '4611686018427387903'],
  [25, '4772c3bcc39f65', 'Grüße'],
  [26, 'ffffffff', '4294967295'],
  [701, '3fb999999999999a', '0.1'],
  [1082, '0000253a', '2026-02-03'],
  [1114, '0002ece250438a88', '2026-02-03 04:05:06.789000'],
  [1700, '0003000100000002000109291a2c', '12345.67'],
  [1700, '00010000400000000007', '-7'],
  [1700, '0001ffff0000000403e8', '0.1000'],
  [1700, '00000000c0000000', 'NaN'],
  [2950, '00000000000000000000000000000007', '00000000-0000-0000-0000-000000000007'],
  [3802, '017b2261223a317d', '{"a":1}'],
  [1007, '000000010000000000000017000000020000000100000004000000010000000400000002', '{1,2}'],
  [1009, '0000000100000001000000190000000200000001ffffffff00000003612c62', '{NULL,"a,b"}'],
  [1016, '000000000000000000000014', '{}'],
  [
    1007,
    '0000000100000000000000170000000200000001000000040000000100000004',
    '\\x0000000100000000000000170000000200000001000000040000000100000004',
  ],
  [0, '0001', '\\x0001'],
  [21, '000100', '\\x000100'],
  [25, 'ff', '\\xff'],
]

describe('parameters for people', () => {
  it.each(vectors)('reads binary of type %i: %s', (type, hex, text) => {
    expect(parameterText(type, 'binary', Buffer.from(hex, 'hex'))).toBe(text)
  })

  it('shows text as it is', () => {
    expect(parameterText(21, 'text', Buffer.from('7'))).toBe('7')
  })

  it('never throws and never invents, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 20, 21, 23, 25, 1082, 1114, 1184, 1700, 2950, 3802, 1007, 1009, 9999),
        fc.uint8Array({ maxLength: 40 }),
        (type, bytes) => {
          expect(typeof parameterText(type, 'binary', bytes)).toBe('string')
        },
      ),
    )
  })
})
