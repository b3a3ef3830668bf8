import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { Client } from 'pg'
import { eventually } from '../../support/eventually'
import { connectThrough } from '../../support/governed-client'
import type { Api } from '../../support/instance'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(120_000)

interface Held {
  readonly id: string
  readonly digest: string
  readonly text: string
  readonly summary: string
}

const masked = (mode: string) => `
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: ssn, mask: { columns: ["people.ssn"], with: redact } }
  - { id: mode, inference: ${mode} }`
const approval = 'approve, approval: { approvers: ["group:dba"] }'
const many = `
  - { id: read, effect: allow, match: { actions: [read, update, delete, execute] } }
  - id: many
    effect: require-approval
    match: { actions: [update, delete], estimatedRows: { above: 1000 } }
    approval: { approvers: ["group:dba"] }`

const schema = `
  CREATE TABLE people (id int PRIMARY KEY, name text, ssn text);
  INSERT INTO people SELECT i, 'name' || i, '900-00-' || i FROM generate_series(1, 9) i;
  CREATE TABLE few (id int); INSERT INTO few SELECT generate_series(1, 999);
  CREATE TABLE many (id int); INSERT INTO many SELECT generate_series(1, 1001);
  CREATE FUNCTION own(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN i; END';
  ANALYZE`

let cluster: Cluster
let direct: Client
let approver: Api
const open = new Map<string, Client>()

beforeAll(async () => {
  cluster = await startTestCluster({ settings: { autovacuum: 'off' } })
  direct = new Client({ connectionString: cluster.url('postgres') })
  await direct.connect()
  await direct.query(schema)
  approver = await sharedInstance.api('approver')
  await registerPostgres(cluster, 'inference-denied', masked('deny'))
  await registerPostgres(cluster, 'inference-approved', masked(approval))
  await registerPostgres(cluster, 'inference-allowed', masked('allow'))
  await registerPostgres(cluster, 'estimated', many)
})

afterAll(async () => {
  await Promise.all([...open.values()].map((client) => client.end()))
  await direct.end()
  await cluster.remove()
})

async function connect(user: string): Promise<Client> {
  const known = open.get(user)
  if (known !== undefined) return known
  const { client } = await connectThrough(sharedInstance, { user, database: 'postgres' })
  open.set(user, client)
  return client
}

function outcome(running: Promise<unknown>): Promise<unknown> {
  return running.catch((error: unknown) => error)
}

async function held(text: string): Promise<Held> {
  return eventually(async () => {
    const path = '/v1/approval-requests?state=pending'
    const { items } = await approver.ok<{ items: Held[] }>('GET', path)
    return items.find((item) => item.text === text)
  })
}

async function vote({ id, digest }: Held, how: 'approve' | 'reject'): Promise<void> {
  await approver.ok('POST', `/v1/approval-requests/${id}/${how}`, { digest, reason: 'looked' })
}

/** One statement a way in which a masked column can decide something without being shown. */
const ways: readonly (readonly [way: string, statement: string])[] = [
  ['in a condition', `SELECT id FROM people WHERE ssn LIKE '900-00-1%'`],
  ['to order rows', 'SELECT id FROM people ORDER BY ssn'],
  ['to group rows without showing it', 'SELECT count(*) FROM people GROUP BY ssn'],
  ['in a condition', 'SELECT a.id FROM people a JOIN people b ON a.ssn = b.ssn'],
  ['to join tables', 'SELECT a.id FROM people a JOIN people b USING (ssn)'],
  ['as an argument', 'SELECT chr(ascii(ssn)) FROM people'],
  ['in a window', 'SELECT id, rank() OVER (ORDER BY ssn) FROM people'],
  ['to tell rows apart', 'SELECT DISTINCT ON (ssn) id FROM people'],
  ['to limit rows', 'SELECT id FROM people LIMIT (SELECT length(ssn) FROM people WHERE id = 1)'],
  ['where EXPLAIN ANALYZE tells', 'EXPLAIN (ANALYZE, TIMING off) SELECT ssn FROM people'],
]

it.each(ways)('refuses a masked column %s: %s', async (way, statement) => {
  const client = await connect('inference-denied')
  await expect(client.query(statement)).rejects.toThrow(
    new RegExp(`people\\.ssn is masked by rule inference-denied/ssn and is used .*${way}`),
  )
})

it.each(ways)('asks people where the policy says so, %s: %s', async (_way, statement) => {
  const client = await connect('inference-approved')
  const refused = outcome(client.query(statement))
  await vote(await held(statement), 'reject')
  expect(await refused).toBeInstanceOf(Error)
  const running = client.query(statement)
  await vote(await held(statement), 'approve')
  expect((await running).rows).not.toEqual([])
})

it.each(ways)('lets it pass where the policy says so, %s: %s', async (_way, statement) => {
  const client = await connect('inference-allowed')
  const governed = await client.query(statement)
  expect(governed.rows).toHaveLength((await direct.query(statement)).rows.length)
  expect(JSON.stringify(governed.rows)).not.toContain('900-00')
})

it('never lets a masked column be written to where its mask would not follow', async () => {
  for (const user of ['inference-denied', 'inference-approved', 'inference-allowed']) {
    const client = await connect(user)
    await expect(client.query('SELECT ssn INTO copied FROM people')).rejects.toThrow()
    const { rows } = await direct.query(`SELECT to_regclass('copied') AS made`)
    expect(rows).toEqual([{ made: null }])
  }
})

describe('estimates of rows', () => {
  it('lets 999 rows pass that a rule holds above 1,000', async () => {
    const client = await connect('estimated')
    await client.query('BEGIN')
    expect((await client.query('DELETE FROM few')).rowCount).toBe(999)
    await client.query('ROLLBACK')
  })

  it('holds 1,001 rows, and the card shows how many', async () => {
    const client = await connect('estimated')
    const refused = outcome(client.query('DELETE FROM many'))
    const request = await held('DELETE FROM many')
    expect(request.summary).toContain('about 1,001 rows')
    await vote(request, 'reject')
    expect(await refused).toBeInstanceOf(Error)
    expect((await direct.query('SELECT FROM many')).rowCount).toBe(1_001)
  })

  it('counts as too many what the target is not asked for', async () => {
    const client = await connect('estimated')
    const statement = 'DELETE FROM few WHERE own(id) = 1'
    const refused = outcome(client.query(statement))
    const request = await held(statement)
    expect(request.summary).toContain('how many rows the target does not say')
    await vote(request, 'reject')
    expect(await refused).toBeInstanceOf(Error)
    expect((await direct.query('SELECT FROM few')).rowCount).toBe(999)
  })
})
