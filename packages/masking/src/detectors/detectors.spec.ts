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

type Cases = Record<string, { yes: [string, string][]; no: string[] }>

const nationalCases: Cases = {
  uk_nino: {
    yes: [
      ['AB 12 34 56 C', 'AB 12 34 56 C'],
      ['nino=jg103759a;', 'jg103759a'],
    ],
    no: ['QQ123456C', 'GB123456A', 'AB123456E', 'AB1234567', 'XAB123456C'],
  },
  de_tax_id: {
    yes: [
      ['36574261809', '36574261809'],
      ['IdNr. 36 574 261 809.', '36 574 261 809'],
    ],
    no: ['36574261890', '36554266806', '06574261809', '365742618090'],
  },
  fr_nir: {
    yes: [
      ['1 72 02 32 013 121 26', '1 72 02 32 013 121 26'],
      ['297086005766807', '297086005766807'],
      ['253072A073004 43', '253072A073004 43'],
    ],
    no: ['297086005766808', '597086005766807', '2970860057668071'],
  },
  es_dni: {
    yes: [
      ['18034063Q', '18034063Q'],
      ['NIE x-9549656-x', 'x-9549656-x'],
    ],
    no: ['18034063R', '1803406Q', '18034063', 'A18034063Q'],
  },
  it_codice_fiscale: {
    yes: [
      ['BCCFRC15M25E852P', 'BCCFRC15M25E852P'],
      ['cf: prsgcb12m41l627j', 'prsgcb12m41l627j'],
    ],
    no: ['BCCFRC15M25E852Q', 'BCCFRC15M25E85', 'ABCDEFGHIJKLMNOP'],
  },
  nl_bsn: {
    yes: [
      ['214035797', '214035797'],
      ['BSN 0745.18.963', '0745.18.963'],
    ],
    no: ['214035798', '000000000', '2140357970', 'x214035797'],
  },
  pl_pesel: {
    yes: [['99030676310', '99030676310']],
    no: ['99030676311', '99130676310', '99023176310', '990306763100'],
  },
  br_cpf: {
    yes: [
      ['187.244.670-14', '187.244.670-14'],
      ['cpf 08470472968', '08470472968'],
    ],
    no: ['187.244.670-15', '111.111.111-11', '187.244.67014'],
  },
  in_aadhaar: {
    yes: [
      ['5982 5979 1903', '5982 5979 1903'],
      ['aadhaar:948337887623', '948337887623'],
    ],
    no: ['598259791900', '191417776319', '5982 59791903', '222222222222'],
  },
  cn_resident_id: {
    yes: [
      ['45032719961112141X', '45032719961112141X'],
      ['id 610481196406217762', '610481196406217762'],
    ],
    no: ['450327199611121419', '45032719961312141X', '610481176406217762'],
  },
  se_personnummer: {
    yes: [
      ['961112-5825', '961112-5825'],
      ['19400525-0644', '19400525-0644'],
    ],
    no: ['961112-5826', '961312-5825', '9611125825'],
  },
  ca_sin: {
    yes: [
      ['278 018 460', '278 018 460'],
      ['200-448-025', '200-448-025'],
    ],
    no: ['278 018 461', '278018460', '278 018-460'],
  },
  national_id: {
    yes: [
      ['id 18034063Q', '18034063Q'],
      ['123-45-6789', '123-45-6789'],
    ],
    no: ['2026-11-22', 'order 123456'],
  },
  secret: {
    yes: [
      [
        'aws uses h7Gk2LmQ9xZ1pRtV4bNc8WdY3sFa6JeU0oTi5KqP here',
        'h7Gk2LmQ9xZ1pRtV4bNc8WdY3sFa6JeU0oTi5KqP',
      ],
      ['password = hunter2!x', 'hunter2!x'],
      ['{"clientSecret": "8f14e45fceea167a5a36dedd4bea2543"}', '8f14e45fceea167a5a36dedd4bea2543'],
      ['postgres://app:s3cr-3t@db:5432/x', 's3cr-3t'],
      ['<Password>Tr0ub4dor3</Password>', 'Tr0ub4dor3'],
      ['Authorization: Basic dXNlcjpwYXNzd29yZDE=', 'dXNlcjpwYXNzd29yZDE='],
    ],
    no: [
      '550e8400-e29b-41d4-a716-446655440000',
      'd41d8cd98f00b204e9800998ecf8427e',
      'getUserByIdentifierAndDisplayName2',
      'the password is required',
      'password: required',
      'token_type: string',
      'packages/masking/src/detectors/index.ts',
      'https://example.org/a/b?c=1',
    ],
  },
}

const cases: Cases = {
  ...nationalCases,
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
      ['Tel.: 030/1234567', '030/1234567'],
      ['{"mobile_no": "0171 2345678"}', '0171 2345678'],
    ],
    no: [
      '2026-11-22',
      '2025550143',
      '1+1234',
      'x+4915112345678',
      '192.168.100.200',
      '+12',
      'hotel 2021 1234567',
      'tel: n/a 1234567',
    ],
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

    it.each(yes)('finds what is in %j anywhere in a long text', (found, value) => {
      fc.assert(
        fc.property(fc.nat(300), fc.nat(300), (before, after) => {
          const text = `${'lorem ipsum '.repeat(before)}| ${found} |${' dolor'.repeat(after)}`
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
      'token=',
      'key: ',
      'x://a:',
      'aA1-',
      '1 72 ',
      'X-123',
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
