import { connectDirectly, connectThrough } from '../../support/governed-client'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(60_000)

const name = 'shifted-dates'

beforeAll(async () => {
  const direct = await connectDirectly(sharedInstance, 'postgres')
  await direct.query(`
    DROP TABLE IF EXISTS visits;
    CREATE TABLE visits (patient int8, seen date);
    INSERT INTO visits SELECT p, d::date FROM generate_series(1, 5) p,
      generate_series('2024-01-01'::date, '2024-01-29', '7 days') d`)
  await direct.end()
  const rules = [
    `{ id: read, effect: allow, match: { actions: [read, copy] } }`,
    `{ id: dates, mask: { columns: [visits.seen], with: { shift: { days: 200, by: patient } } } }`,
  ]
  const target = sharedInstance.descriptor.sample.direct
  await registerPostgres(target, name, rules.map((rule) => `\n  - ${rule}`).join(''))
})

const raw = { getTypeParser: () => (value: string) => value }

async function query(text: string): Promise<readonly string[][]> {
  const options = { user: name, database: 'postgres', types: raw }
  const { client } = await connectThrough(sharedInstance, options)
  try {
    return (await client.query<string[]>({ text, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

/** By how many days the dates of each patient moved. */
function moves(rows: readonly string[][]): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  for (const [at, [patient = '', seen = '']] of rows.entries()) {
    const days = Date.parse(seen) / 86_400_000 - Date.parse('2024-01-01') / 86_400_000
    const moved = found.get(patient) ?? new Set()
    found.set(patient, moved.add(days - (at % 5) * 7))
  }
  return found
}

it('moves all dates of a key alike where the key is shown, and no two rows by a key from elsewhere', async () => {
  const byKey = moves(await query('SELECT patient, seen FROM visits ORDER BY patient, ctid'))
  expect([...byKey.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1])
  expect(new Set([...byKey.values()].flatMap((days) => [...days])).size).toBeGreaterThan(1)
  const chosen = `SELECT o.patient, v.seen FROM visits v, visits o
    WHERE o.patient = 1 AND o.ctid = '(0,1)' AND v.patient = 2 ORDER BY v.ctid`
  const [alone = new Set()] = moves(await query(chosen)).values()
  expect(alone.size).toBeGreaterThan(1)
})
