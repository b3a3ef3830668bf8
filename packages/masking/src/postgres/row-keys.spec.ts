import { compileMasker } from '../compile-masker'
import { emptyPlan, type Column } from '../plan'

const [int4, date, timestamp, text] = [23, 1082, 1114, 25]
const key = Buffer.from('a key of the connection')

function masker(keyType: number, formats: readonly Column['format'][] = ['text', 'text', 'text']) {
  const columns = [keyType, date, timestamp].map((type, index) => ({
    name: `c${index}`,
    type,
    table: 0,
    attribute: 0,
    format: formats[index] ?? 'text',
  }))
  const method = { kind: 'shift', days: 300, by: 'id' } as const
  const shifted = (index: number) => ({
    index,
    rule: 'r',
    method,
    key: { index: 0, type: keyType },
  })
  return compileMasker({ plan: { ...emptyPlan, columns: [shifted(1), shifted(2)] }, columns, key })
}

const day = 86_400_000

/** By how many milliseconds a date and a time of one row move. */
function moves(rows: ReturnType<typeof masker>, id: Buffer | null, dates: readonly string[]) {
  rows.see(0, id)
  const shown = dates.map((cell, at) =>
    Buffer.from(rows.mask(at + 1, Buffer.from(cell)) ?? '').toString(),
  )
  return shown.map((cell, at) => Date.parse(`${cell}Z`) - Date.parse(`${dates[at] ?? ''}Z`))
}

it('moves all dates of one key alike, and those of another otherwise', () => {
  const rows = masker(int4)
  const [first] = moves(rows, Buffer.from('42'), ['2024-01-31', '2024-03-05 10:00:00'])
  const [second, time] = moves(rows, Buffer.from('42'), ['1987-12-30', '2024-03-07 23:00:00'])
  expect(second).toBe(first)
  expect(Math.floor(Number(time) / day)).toBe(Number(first) / day)
  expect(moves(rows, Buffer.from('43'), ['2024-01-31'])).not.toEqual([first])
})

it('reads the key alike in both formats', () => {
  const binary = Buffer.alloc(4)
  binary.writeInt32BE(42)
  const inText = moves(masker(int4), Buffer.from('42'), ['2024-01-31'])
  expect(moves(masker(int4, ['binary']), binary, ['2024-01-31'])).toEqual(inText)
})

it('moves a date by itself where the key is NULL or of a type that is none', () => {
  const alone = moves(masker(int4), null, ['2024-01-31'])
  expect(moves(masker(int4), Buffer.from('1'), ['2024-01-31'])).not.toEqual(alone)
  expect(moves(masker(1700), Buffer.from('1'), ['2024-01-31'])).toEqual(alone)
})

it('forgets the key of the row before', () => {
  const rows = masker(text)
  const [kept] = moves(rows, Buffer.from('a'), ['2024-01-31'])
  expect(moves(rows, null, ['2024-01-31'])).not.toEqual([kept])
})
