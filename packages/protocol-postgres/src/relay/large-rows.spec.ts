import { codesOf } from '../testing/fake-client'
import { useRealRelay } from '../testing/real/relay'
import { bind, describe as describePortal, execute, parse, sync } from '../wire'

const relay = useRealRelay(({ controlPlane }) => {
  const masking = {
    columns: [],
    origins: [],
    detectors: ['email', 'credit_card', 'iban'].map((detector) => ({
      detector,
      rule: 'pii',
      method: { kind: 'redact' as const },
    })),
  }
  controlPlane.answer = () => controlPlane.allow({ masking })
})
const open = () => relay.open()
const long = `repeat('word ', 400000) || 'ada@example.com ' || repeat('4111111111111111', 1000)`
const rows = `SELECT i, ${long} AS body FROM generate_series(1, 3) i`

/** How often somebody else had a turn while it ran. */
async function turnsDuring<T>(running: Promise<T>): Promise<{ turns: number; value: T }> {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns += 1
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const value = await running.finally(() => (isOver = true))
  return { turns, value }
}

it.each([
  ['a query', rows, 'TDDDCZ', 'word [redacted] '],
  ['COPY', `COPY (${rows}) TO STDOUT`, 'HdddcCZ', 'word [redacted] '],
  // Nobody says of which type the column is: then none of it is shown.
  ['COPY in binary', `COPY (${rows}) TO STDOUT (FORMAT binary)`, 'HddddcCZ', 'PGCOPY'],
])(
  'leaves others their turn while large rows of %s are looked into',
  async (_what, text, codes, shown) => {
    const client = await open()
    const { turns, value } = await turnsDuring(client.query(text))
    expect(codesOf(value)).toBe(codes)
    const bytes = Buffer.concat(value.map(({ body }) => body)).toString('latin1')
    expect(bytes).toContain(shown)
    expect(bytes).not.toContain('ada@')
    // Two megabytes in each of three rows, and at most 16 KiB a turn.
    expect(turns).toBeGreaterThan(300)
  },
)

it('counts a large row once, however it comes', async () => {
  const client = await open()
  await client.query(rows)
  await client.run(
    parse({ name: '', text: rows, types: [] }),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [] }),
    describePortal({ kind: 'portal', name: '' }),
    execute('', 0),
    sync,
  )
  const outcomes = relay.gateway.gate.spool.of('outcome').map(({ outcome }) => outcome.rows)
  expect(outcomes.filter((count) => count > 0)).toEqual([3, 3])
})

it('says why an array cannot be shown, and the session goes on', async () => {
  const client = await open()
  await client.query(
    `SELECT array_agg('ada' || i || '@example.com') FROM generate_series(1, 9000) i`,
  )
  expect(client.lastError?.get('C')).toBe('54000')
  expect([...(client.lastError?.values() ?? [])].join()).toContain('unnest()')
  expect(codesOf(await client.query('SELECT 1'))).toBe('TDCZ')
})
