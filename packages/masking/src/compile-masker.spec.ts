import fc from 'fast-check'
import { compileMasker } from './compile-masker'
import { emptyPlan, type Column, type MaskingPlan, type MaskMethod } from './plan'

const key = Buffer.alloc(32, 7)
const redact: MaskMethod = { kind: 'redact' }

function column(type: number, changes: Partial<Column> = {}): Column {
  return { name: 'c', type, table: 0, attribute: 0, format: 'text', ...changes }
}

function shown(plan: Partial<MaskingPlan>, of: Column, cell: string | Buffer | null) {
  const masker = compileMasker({ plan: { ...emptyPlan, ...plan }, columns: [of], key })
  const bytes = typeof cell === 'string' ? Buffer.from(cell) : cell
  const masked = masker.mask(0, bytes)
  return masked === null ? null : Buffer.from(masked).toString()
}

const byIndex = (method: MaskMethod): Partial<MaskingPlan> => ({
  columns: [{ index: 0, rule: 'r', method }],
})

describe('compileMasker', () => {
  it('refuses a result from a table that the decision did not expect', () => {
    const of = (table: number) => () =>
      compileMasker({
        plan: { ...emptyPlan, tables: [7] },
        columns: [{ name: 'note', type: 25, table, attribute: 1, format: 'text' }],
        key: new Uint8Array(32),
      })
    expect(of(7)).not.toThrow()
    expect(of(0)).not.toThrow()
    expect(of(8)).toThrow(expect.objectContaining({ code: 'ERR_POLICY_STALE' }))
  })

  it('passes everything when the plan masks nothing', () => {
    const masker = compileMasker({ plan: emptyPlan, columns: [column(25), column(23)], key })
    expect([masker.active, masker.masked]).toEqual([false, [false, false]])
    const cell = Buffer.from('ada@example.com')
    expect(masker.mask(0, cell)).toBe(cell)
    expect(masker.maskedCells).toBe(0)
  })

  it('masks by index, by origin, and by unknown origin, in that order', () => {
    const plan: Partial<MaskingPlan> = {
      origins: [{ table: 100, attribute: 2, rule: 'o', method: redact }],
      unknownOrigin: { rule: 'u', method: { kind: 'null' } },
    }
    expect(shown(plan, column(25, { table: 100, attribute: 2 }), 'x')).toBe('[redacted]')
    expect(shown(plan, column(25, { table: 100, attribute: 1 }), 'x')).toBe('x')
    expect(shown(plan, column(25), 'x')).toBeNull()
    expect(
      shown(
        { ...plan, ...byIndex({ kind: 'partial', keepFirst: 1, keepLast: 0 }) },
        column(25),
        'xyz',
      ),
    ).toBe('x**')
  })

  it('lets the stricter of two masks win, whatever their order', () => {
    const partial: MaskMethod = { kind: 'partial', keepFirst: 0, keepLast: 2 }
    const methods = [partial, redact]
    for (const order of [methods, methods.toReversed()]) {
      const columns = order.map((method) => ({ index: 0, rule: 'r', method }))
      expect(shown({ columns }, column(25), 'abcdef')).toBe('[redacted]')
    }
  })

  it('lets a stricter detector win over what a column mask would keep', () => {
    const plan: Partial<MaskingPlan> = {
      ...byIndex({ kind: 'partial', keepFirst: 0, keepLast: 4 }),
      detectors: [{ detector: 'credit_card', rule: 'd', method: redact }],
    }
    expect(shown(plan, column(25), '4111 1111 1111 1111')).toBe('[redacted]')
    expect(shown(plan, column(25), '1234 5678 9012 3456')).toBe('**** **** **** 3456')
  })

  it.each([
    ['a plan for another width', { width: 2 }],
    [
      'a mask on a column that is not there',
      { columns: [{ index: 1, rule: 'r', method: redact }] },
    ],
  ])('refuses %s as stale', (_name, plan: Partial<MaskingPlan>) => {
    expect(() => shown(plan, column(25), 'x')).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_STALE', retryable: true }),
    )
  })

  it('refuses a detector that does not exist instead of leaving it out', () => {
    const detectors = [{ detector: 'credit-card', rule: 'r', method: redact }]
    expect(() => shown({ detectors }, column(25), 'x')).toThrow("no detector 'credit-card'")
  })

  it('keeps NULL and counts only cells that changed', () => {
    const masker = compileMasker({
      plan: { ...emptyPlan, ...byIndex(redact) },
      columns: [column(25), column(25)],
      key,
    })
    expect(masker.mask(0, null)).toBeNull()
    masker.mask(0, Buffer.from('x'))
    masker.mask(1, Buffer.from('x'))
    expect([masker.masked, masker.maskedCells]).toEqual([[true, false], 1])
  })

  it.each([
    [25, 'text', '[redacted]'],
    [20, 'text', '0'],
    [16, 'text', 'f'],
  ] as const)(
    'shows NULL of type %s like any other value where it would be an answer',
    (type, format, as) => {
      const masker = compileMasker({
        plan: { ...emptyPlan, columns: [{ index: 0, rule: 'r', method: redact, hidesNull: true }] },
        columns: [column(type, { format })],
        key,
      })
      const shownNull = masker.mask(0, null)
      expect(shownNull === null ? null : Buffer.from(shownNull).toString()).toBe(as)
      expect(masker.mask(0, Buffer.from('1'))).toEqual(shownNull)
      expect(masker.maskedCells).toBe(2)
    },
  )

  it('masks in place what takes as many bytes, just as mask does', () => {
    const kept = fc.record({ keepFirst: fc.nat(4), keepLast: fc.nat(4) })
    const value = fc.oneof(
      fc.string({
        unit: fc.constantFrom('4', '1', ' ', '-', '.', '(', '+', 'a', 'b', '*', 'é'),
        maxLength: 24,
      }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    )
    fc.assert(
      fc.property(kept, value, (keeps, text) => {
        const plan = { ...emptyPlan, ...byIndex({ kind: 'partial', ...keeps }) }
        const masker = compileMasker({ plan, columns: [column(25)], key })
        const cell = Buffer.from(text)
        const chunk = Buffer.from(`<${text}>`)
        const isPatched = masker.maskInPlace(0, chunk, 1, 1 + cell.length)
        expect(masker.maskedCells).toBe(isPatched ? 1 : 0)
        const masked = Buffer.from(masker.mask(0, cell) ?? '')
        if (isPatched) expect(chunk.toString()).toBe(`<${masked.toString()}>`)
        else expect(chunk.toString()).toBe(`<${text}>`)
      }),
    )
  })

  it.each([
    ['another method', { kind: 'hash' }, 25, []],
    ['a type that is no text', { kind: 'partial', keepFirst: 0, keepLast: 1 }, 23, []],
    [
      'detectors that may find more',
      { kind: 'partial', keepFirst: 0, keepLast: 1 },
      25,
      [{ detector: 'email', rule: 'r', method: redact }],
    ],
  ] as const)('leaves %s to mask', (_name, method, type, detectors) => {
    const plan = { ...emptyPlan, ...byIndex(method), detectors }
    const masker = compileMasker({ plan, columns: [column(type)], key })
    const bytes = Buffer.from('12345678')
    expect(masker.maskInPlace(0, bytes, 0, 8)).toBe(false)
    expect(bytes.toString()).toBe('12345678')
  })

  it('hides a cell beyond the described columns', () => {
    const masker = compileMasker({ plan: emptyPlan, columns: [column(25)], key })
    expect(masker.mask(1, Buffer.from('x'))).toBeNull()
  })
})
