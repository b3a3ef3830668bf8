import { compileMasker } from '../compile-masker'
import { detectorNames } from '../detectors'
import { emptyPlan, type Column, type MaskMethod, type RowMasker } from '../plan'
import { stepBytes } from '../streams/steps'
import { bestOf, stepLimit } from '../testing/best-of'

const size = 1_000_000

function maskerOf(
  type: number,
  format: Column['format'] = 'text',
  method?: MaskMethod,
  names: readonly string[] = detectorNames,
): RowMasker {
  const detectors = names.map((detector) => ({
    detector,
    rule: 'r',
    method: { kind: 'redact' as const },
  }))
  const columns = [{ name: 'c', type, table: 0, attribute: 0, format }]
  const masks = method === undefined ? [] : [{ index: 0, rule: 'r', method }]
  return compileMasker({
    plan: { ...emptyPlan, columns: masks, detectors },
    columns,
    key: Buffer.from('k'),
  })
}

/** What is shown, and the most time of the processor that one step took, in milliseconds. */
function stepped(masker: RowMasker, cell: Buffer) {
  let worst = 0
  const timed = <T>(run: () => T): T => {
    const before = process.cpuUsage()
    const value = run()
    const { user, system } = process.cpuUsage(before)
    worst = Math.max(worst, (user + system) / 1_000)
    return value
  }
  const steps = masker.ahead(0, cell)
  let count = 0
  while (timed(() => steps.next()).done !== true) count += 1
  const masked = timed(() => masker.mask(0, cell))
  return { count, worst, shown: masked === null ? null : Buffer.from(masked).toString('latin1') }
}

const filled = (unit: string) => Buffer.from(unit.repeat(Math.ceil(size / unit.length)))

describe('a long cell', () => {
  it.each([
    ['digits', '4111111111111111'],
    ['account numbers', 'DE89370400440532013000 '],
    ['addresses', 'ada.lovelace@example.com '],
    ['prose', 'nothing to be found here, by anybody. '],
  ])('of %s is looked at in steps', (_what, unit) => {
    const { count, worst } = bestOf(() => stepped(maskerOf(25), filled(unit)))
    expect(count).toBeGreaterThan(size / stepBytes / 2)
    expect(worst).toBeLessThan(stepLimit)
  })

  it.each([
    ['text', 25, 'text'],
    ['xml', 142, 'binary'],
    ['a composite', 99_999, 'text'],
  ] as const)('of %s shows what all of it at once would', (_what, type, format) => {
    const cell = Buffer.from(`${'word '.repeat(20_000)}ada@example.com ${'word '.repeat(20_000)}`)
    const { shown } = stepped(maskerOf(type, format), cell)
    expect(shown).toBe(Buffer.from(maskerOf(type, format).mask(0, cell) ?? '').toString())
    expect(shown).not.toContain('ada@')
  })

  it.each([
    ['json', 114, 'text', ''],
    ['jsonb', 3802, 'binary', '\u0001'],
  ] as const)('of %s stays a document', (_what, type, format, version) => {
    const words = 'word '.repeat(20_000)
    const cell = Buffer.from(`${version}{"a": "${words}", "b": ["ada@example.com", "${words}"]}`)
    const { shown, count } = stepped(maskerOf(type, format), cell)
    expect(count).toBeGreaterThan(5)
    expect(shown).toBe(cell.toString().replace('ada@example.com', '[redacted]'))
  })

  it('of bytes is redacted as a whole when something is in it', () => {
    const bytes = Buffer.from(`${'word '.repeat(20_000)}ada@example.com`)
    const hex = Buffer.from(`\\x${bytes.toString('hex')}`)
    expect(stepped(maskerOf(17, 'binary'), bytes).shown).toBe('[redacted]')
    expect(stepped(maskerOf(17), hex).shown).toBe(`\\x${Buffer.from('[redacted]').toString('hex')}`)
    const plain = Buffer.from('word '.repeat(20_000))
    expect(stepped(maskerOf(17, 'binary'), plain).shown).toBe(plain.toString())
  })

  it('of an array that is too long for its elements to be looked at is refused with the way out', () => {
    const array = (length: number) => Buffer.from(`{${'"ada@example.com",'.repeat(length)}x}`)
    expect(() => stepped(maskerOf(1009), array(10_000))).toThrow('unnest() it')
    expect(stepped(maskerOf(1009), array(1_000)).shown).not.toContain('ada@')
    const plain = Buffer.from(`{${'a,'.repeat(100_000)}b}`)
    const addresses = maskerOf(1009, 'text', undefined, ['email'])
    expect(stepped(addresses, plain).shown).toBe(plain.toString())
  })

  it('that a mask would show a part of is redacted, as it would take too long to look into', () => {
    const masker = maskerOf(25, 'text', { kind: 'partial', keepFirst: 0, keepLast: 4 })
    expect(stepped(masker, Buffer.alloc(stepBytes + 1, 'x')).shown).toBe('[redacted]')
  })
})

it('what was looked at ahead is for the next cell of the column alone', () => {
  const masker = maskerOf(25)
  const long = Buffer.from(`${'word '.repeat(20_000)}ada@example.com`)
  for (const step of masker.ahead(0, long)) expect(step).toBeUndefined()
  expect(Buffer.from(masker.mask(0, Buffer.from('eva@example.com')) ?? '').toString()).toBe(
    '[redacted]',
  )
  expect(Buffer.from(masker.mask(0, long) ?? '').toString()).not.toContain('ada@')
})

it('short cells of a large row are a step each, whatever else the row has', () => {
  const short = Buffer.from('ada@example.com')
  const { count, shown } = stepped(maskerOf(25), short)
  expect({ count, shown }).toEqual({ count: 1, shown: '[redacted]' })
  const partial = maskerOf(25, 'text', { kind: 'partial', keepFirst: 0, keepLast: 4 })
  expect(stepped(partial, short).shown).toBe('[redacted]')
  const moved = stepped(maskerOf(25, 'text', { kind: 'shift', days: 9 }), Buffer.from('2026-01-01'))
  expect(moved.count).toBe(0)
  expect(moved.shown).toMatch(/^\d{4}-\d\d-\d\d$/)
})

it('nothing takes steps where no detector looks', () => {
  const columns = [{ name: 'c', type: 25, table: 0, attribute: 0, format: 'text' as const }]
  const masks = [{ index: 0, rule: 'r', method: { kind: 'redact' as const } }]
  const plan = { ...emptyPlan, columns: masks }
  expect(compileMasker({ plan, columns, key: Buffer.from('k') }).takesSteps).toBe(false)
  expect(maskerOf(23).takesSteps).toBe(false)
  expect(maskerOf(25).takesSteps).toBe(true)
})
