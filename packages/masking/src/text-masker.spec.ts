import { compileTextMasker, maskValue } from '.'

const key = Buffer.alloc(32)
const email = { detector: 'email', rule: 'r', method: { kind: 'redact' } } as const

describe('compileTextMasker', () => {
  it('masks what it finds in an error message', () => {
    const mask = compileTextMasker({ detectors: [email], key })
    expect(mask('Key (email)=(zoë@example.com) already exists. — ü')).toBe(
      'Key (email)=([redacted]) already exists. — ü',
    )
    expect(mask('nothing here')).toBe('nothing here')
  })

  it('hides a text that a pattern sees through', () => {
    const detectors = [{ ...email, detector: 'pattern:größe \\d+' }]
    expect(compileTextMasker({ detectors, key })('die größe 42 €')).toBe('die [redacted] €')
  })

  it('returns text as it is without detectors', () => {
    expect(compileTextMasker({ detectors: [], key })('ada@example.com')).toBe('ada@example.com')
  })
})

describe('maskValue', () => {
  it('masks one value', () => {
    expect(maskValue('secret', { kind: 'redact' }, key)).toBe('[redacted]')
    expect(maskValue('secret', { kind: 'null' }, key)).toBeNull()
    expect(maskValue('secret', { kind: 'hash' }, key)).toMatch(/^[0-9a-f]{32}$/)
  })
})
