import fc from 'fast-check'
import { planOf, shown } from '../../testing/streams'

const plain = 'text/plain'
const all = ['email', 'credit_card', 'us_ssn', 'iban', 'phone', 'jwt', 'api_key', 'private_key']
const plan = planOf({ detectors: all })
const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----'
const every = (text: string) => Array.from({ length: Buffer.from(text).length }, (_all, at) => at)

describe('masking of text', () => {
  it.each([
    ['mail ada@example.com, now', 'mail [redacted], now'],
    ['card 4111 1111 1111 1111 ok\nssn 123-45-6789', 'card [redacted] ok\nssn [redacted]'],
    ['call +44 20 7946 0958 now', 'call [redacted] now'],
    ['GB29 NWBK 6016 1331 9268 19.', '[redacted].'],
    [`key:\n${pem}\nafter ada@example.com`, 'key:\n[redacted]\nafter [redacted]'],
    [`${pem}${pem}`, '[redacted][redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\nno end', '[redacted]'],
    ['-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----', undefined],
    ['zoë@exämple.de ünd', '[redacted] ünd'],
    ['', ''],
  ])('finds what detectors know wherever the text is split: %j', (text, expected = text) => {
    expect(shown(plain, plan, text)).toBe(expected)
    expect(shown(plain, plan, text, every(text))).toBe(expected)
  })

  it('finds what stands where a text without any border has to be cut', () => {
    for (const before of [61_300, 61_430, 61_440, 65_530, 122_870]) {
      const text = `${'x'.repeat(before)}=ada.lovelace@example.com=${'y'.repeat(70_000)}`
      const out = shown(
        plain,
        planOf({ detectors: ['us_ssn', 'credit_card', 'api_key'] }),
        `${'.'.repeat(before)}4111111111111111${'.'.repeat(70_000)}`,
      )
      expect(out).toContain('[redacted]')
      expect(shown(plain, plan, text)).not.toContain('example.com')
      expect(shown(plain, plan, text, [7, before, before + 5, 90_000])).toBe(
        shown(plain, plan, text),
      )
    }
  })

  it('leaves out the rest of a find that is larger than what it looks at', () => {
    const token = `sk-A1${'e'.repeat(200_000)}`
    const out = shown(plain, plan, `token ${token} after`)
    expect(out).toBe('token [redacted] after')
    expect(shown(plain, plan, `token ${token} after`, [10, 70_000, 150_000])).toBe(out)
  })

  it('leaves out a key whose end is far away or never comes', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIE\n'.repeat(30_000)}`
    expect(shown(plain, plan, `${key}-----END PRIVATE KEY-----\nafter`, [5, 100_000])).toBe(
      '[redacted]\nafter',
    )
    expect(shown(plain, plan, key, [90_000])).toBe('[redacted]')
  })

  it('looks for patterns of the policy line by line', () => {
    const own = planOf({ detectors: ['pattern:^id=[0-9]+ x$'] })
    const text = 'id=12 x\r\nid=12 xy\nà id=3 x\nid=4 x'
    expect(shown(plain, own, text, every(text))).toBe(
      '[redacted]\r\nid=12 xy\nà id=3 x\n[redacted]',
    )
  })

  const piece = fc.constantFrom(
    'ada@example.com',
    '4111 1111 1111 1111',
    '123-45-6789',
    '+1 (202) 555-0143',
    'GB29 NWBK 6016 1331 9268 19',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    pem,
    '-----BEGIN ',
    ' ',
    '\n',
    '4',
    '@',
    '.',
    'é',
    'word',
    ',',
    '-',
  )
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))

  it('gives the same for any split', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (body, cuts) => {
        expect(shown(plain, plan, body, cuts)).toBe(shown(plain, plan, body))
      }),
      { numRuns: 300 },
    )
  })

  it('leaves every byte as it was where nothing is found', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (bytes, cuts) => {
          const none = planOf({ detectors: ['iban', 'private_key'] })
          expect(Buffer.from(shown(plain, none, bytes, cuts))).toEqual(
            Buffer.from(Buffer.from(bytes).toString()),
          )
        },
      ),
    )
  })
})
