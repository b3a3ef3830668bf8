import fc from 'fast-check'
import { detectorNames, detectorOf } from '.'
import { traitsOf } from './traits'

/** What the detector finds, as the masker would ask it: the cheap test first. */
function finds(name: string, text: string): string[] {
  const detector = detectorOf(name)
  const raw = Buffer.from(text).toString('latin1')
  if (!detector.possible(traitsOf(Buffer.from(text)))) return []
  const found: string[] = []
  detector.find(raw, (start, end) => {
    found.push(Buffer.from(raw.slice(start, end), 'latin1').toString('utf8'))
  })
  return found
}

const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----'
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

const cases: Record<string, { yes: [string, string][]; no: string[] }> = {
  email: {
    yes: [
      ['ada@example.com', 'ada@example.com'],
      ['<ada.l+x@mail.example.co.uk>,', 'ada.l+x@mail.example.co.uk'],
      ['{"e":"o\'neil@example.org"}', "o'neil@example.org"],
      ['zoë@exämple.de!', 'zoë@exämple.de'],
      ['mailto:a@b.io.', 'a@b.io'],
      ['x@@y@z.com', 'y@z.com'],
    ],
    no: ['ada at example.com', '@example.com', 'ada@localhost', 'a@1.2', 'user@', '@', 'a @b.com'],
  },
  credit_card: {
    yes: [
      ['4111111111111111', '4111111111111111'],
      ['pay 5500-0000-0000-0004 now', '5500-0000-0000-0004'],
      ['3782 822463 10005', '3782 822463 10005'],
      ['6011111111111117', '6011111111111117'],
      ['order 12 4111 1111 1111 1111', '4111 1111 1111 1111'],
      ['994111111111111111', '4111111111111111'],
    ],
    no: [
      '4111111111111112',
      '1234567890123456',
      '411111111111',
      '4111/1111/1111/1111',
      '0000000000000000',
    ],
  },
  us_ssn: {
    yes: [
      ['123-45-6789', '123-45-6789'],
      ['ssn=078 05 1120.', '078 05 1120'],
    ],
    no: [
      '000-12-3456',
      '666-12-3456',
      '912-12-3456',
      '123-00-4567',
      '123-45-0000',
      '123-45 6789',
      '1123-45-6789',
      '123-45-67890',
      '123456789',
    ],
  },
  iban: {
    yes: [
      ['DE89370400440532013000', 'DE89370400440532013000'],
      ['to GB82 WEST 1234 5698 7654 32 today', 'GB82 WEST 1234 5698 7654 32'],
      ['no9386011117947', 'no9386011117947'],
    ],
    no: [
      'DE89370400440532013001',
      'XDE89370400440532013000',
      'DE89',
      'AB12 nothing like an account',
    ],
  },
  phone: {
    yes: [
      ['+44 20 7946 0958', '+44 20 7946 0958'],
      ['call (202) 555-0143!', '(202) 555-0143'],
      ['202-555-0143', '202-555-0143'],
      ['+491701234567', '+491701234567'],
    ],
    no: ['2026-11-22', '2025550143', '1+1234', 'x+4915112345678', '192.168.100.200', '+12'],
  },
  jwt: {
    yes: [
      [`Bearer ${token}`, token],
      [`"${token}"`, token],
    ],
    no: ['eyJhbGciOiJIUzI1NiJ9', 'eyJ.eyJ.x', 'eyJhbGciOiJIUzI1NiJ9.abc', 'hello.world.again'],
  },
  private_key: {
    yes: [
      [`key: ${pem} end`, pem],
      ['-----BEGIN PRIVATE KEY-----\nMII', '-----BEGIN PRIVATE KEY-----\nMII'],
    ],
    no: ['-----BEGIN CERTIFICATE-----', '-----BEGIN PUBLIC KEY-----', 'PRIVATE KEY'],
  },
  api_key: {
    yes: [
      ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
      [`ghp_${'a1B2'.repeat(9)}`, `ghp_${'a1B2'.repeat(9)}`],
      ['xoxb-1234567890-abcdef', 'xoxb-1234567890-abcdef'],
      [`AIza${'Sy0'.repeat(12)}`, `AIza${'Sy0'.repeat(12)}`],
      ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
      ['key=sk-ant-api03-AbCdEf0123456789xyz;', 'sk-ant-api03-AbCdEf0123456789xyz'],
      ['sk-proj-AbCdEf0123456789xyzA', 'sk-proj-AbCdEf0123456789xyzA'],
    ],
    no: [
      'AKIA',
      'task-force-in-the-long-afternoon',
      'ghp_short',
      'sk-in-care-products-of-the-year',
      'BAKIAIOSFODNN7EXAMPLE',
    ],
  },
}

describe('detectors', () => {
  it('are all tested here', () => {
    expect(Object.keys(cases).sort()).toEqual([...detectorNames].sort())
  })

  describe.each(Object.entries(cases))('%s', (name, { yes, no }) => {
    it.each(yes)('finds in %j just %j', (text, value) => {
      expect(finds(name, text)).toContain(value)
    })

    it.each(no)('finds nothing in %j', (text) => {
      expect(finds(name, text)).toEqual([])
    })

    it.each(yes)('finds what is in %j anywhere in a long text', (_text, value) => {
      fc.assert(
        fc.property(fc.nat(300), fc.nat(300), (before, after) => {
          const text = `${'lorem ipsum '.repeat(before)}| ${value} |${' dolor'.repeat(after)}`
          expect(finds(name, text).join()).toContain(value)
        }),
        { numRuns: 20 },
      )
    })

    // Quadratic time would take minutes for these; the limit is far above what linear time takes.
    it.each([
      'a',
      '1',
      '4',
      '@',
      'a@',
      'a@b.',
      '.',
      '-',
      '+1',
      '1-',
      '1 ',
      '123-45-',
      'eyJ',
      'eyJa.',
      '-----BEGIN ',
      '-----BEGIN PRIVATE KEY-----',
      'AKIA',
      'sk-',
      'ghp_',
      'DE89 ',
      'DE89',
      'aa00 ',
      '(202) ',
      '\u0000',
      'ä',
    ])('reads 200 kB of %j in linear time', (unit) => {
      const text = unit.repeat(Math.ceil(200_000 / unit.length))
      const started = process.cpuUsage()
      finds(name, text)
      const { user, system } = process.cpuUsage(started)
      expect((user + system) / 1e6).toBeLessThan(2)
    })
  })

  it('take expressions of the policy, matched by RE2', () => {
    expect(finds('pattern:EMP-[0-9]{4}', 'EMP-1234 and EMP-99')).toEqual(['EMP-1234'])
    expect(() => detectorOf('pattern:(a')).toThrow('no RE2 expression')
    expect(() => detectorOf('pattern:')).toThrow('1 to 512')
    expect(finds('pattern:(a+)+$', `${'a'.repeat(5_000)}b`)).toEqual([])
  })
})
