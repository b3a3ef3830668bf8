import type { Client } from 'pg'
import { connectDirectly, connectThrough } from '../../support/governed-client'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(120_000)

/** Everything is allowed, but nothing that cannot be known beforehand. */
const rules = '\n  - { id: everything, effect: allow }'
const user = 'just-created'
const fresh = 'made_a_moment_ago'
/** Where the standalone puts its agent's metrics, from its first port. */
const agentHealth = 6

let client: Client
let direct: Client

async function connect(database: string): Promise<Client> {
  return (await connectThrough(sharedInstance, { user, database })).client
}

/** Readings of targets' catalogs that the agent has made. */
async function readings(): Promise<number> {
  const port = sharedInstance.portBase + agentHealth
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith('wardgate_agent_catalog_reads'))
  expect(lines.length).toBeGreaterThan(0)
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

beforeAll(async () => {
  await registerPostgres(sharedInstance.descriptor.sample.direct, user, rules)
  client = await connect('postgres')
  direct = await connectDirectly(sharedInstance, 'postgres')
})

afterAll(async () => {
  await client.query(`DROP DATABASE IF EXISTS ${fresh} WITH (FORCE)`)
  await Promise.all([client.end(), direct.end()])
})

describe('what was just created', () => {
  it('is used by the very next statements, twenty times over', async () => {
    for (let round = 0; round < 20; round += 1) {
      const table = `just_made_${round}`
      await client.query(`CREATE TABLE ${table} (id int, note text)`)
      await client.query(`INSERT INTO ${table} VALUES (1, 'first')`)
      expect((await client.query(`SELECT note FROM ${table}`)).rows).toEqual([{ note: 'first' }])
      await client.query(`DROP TABLE ${table}`)
    }
  })

  it('is used by the extended protocol too, with a column that came later', async () => {
    await client.query('CREATE TABLE just_made (id int)')
    await client.query('INSERT INTO just_made VALUES ($1)', [1])
    await client.query('ALTER TABLE just_made ADD COLUMN later text')
    await client.query('UPDATE just_made SET later = $1 WHERE later IS NULL', ['x'])
    const { rows } = await client.query('SELECT later FROM just_made WHERE id = $1', [1])
    expect(rows).toEqual([{ later: 'x' }])
    await client.query('DROP TABLE just_made')
  })

  it('is found though it was made behind the gateway', async () => {
    await direct.query(`
      CREATE FUNCTION just_twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
      CREATE TYPE just_mood AS ENUM ('glad')`)
    const { rows } = await client.query(`SELECT just_twice(21) AS n, 'glad'::just_mood AS mood`)
    expect(rows).toEqual([{ n: 42, mood: 'glad' }])
    await direct.query('DROP FUNCTION just_twice(int); DROP TYPE just_mood')
  })

  it('is a database whose first statement runs', async () => {
    await client.query(`CREATE DATABASE ${fresh}`)
    const first = await connect(fresh)
    expect((await first.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await first.end()
    const template = await connect('template1')
    expect((await template.query('SELECT count(*)::int AS n FROM pg_class')).rowCount).toBe(1)
    await template.end()
  })

  describeWithPeer('pgbench', (pgbench) => {
    it('is what pgbench fills, and makes anew', async () => {
      const { host, port } = sharedInstance.agent
      const env = {
        ...process.env,
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGPASSWORD: await sharedInstance.token('aiAgent'),
        PGDATABASE: fresh,
        PGSSLMODE: 'disable',
      }
      for (let round = 0; round < 2; round += 1) {
        const made = await runProcess(pgbench, ['-i', '-s', '1', '-q'], env)
        expect(made).toMatchObject({ code: 0 })
      }
      const run = await runProcess(pgbench, ['-c', '2', '-t', '20', '-n'], env)
      expect(run.stdout).toMatch(/number of failed transactions: 0/)
    })
  })

  it('is known within the text that makes it', async () => {
    const text = `CREATE TABLE one_text (id serial, note text); INSERT INTO one_text (note) VALUES ('a');
      ALTER TABLE one_text ADD COLUMN n int DEFAULT 2; ALTER TABLE one_text RENAME TO one_text_more;
      SELECT * FROM one_text_more; DROP TABLE one_text_more`
    const results = (await client.query(text)) as unknown as { rows: unknown[] }[]
    expect(results.map(({ rows }) => rows).find((rows) => rows.length > 0)).toEqual([
      { id: 1, note: 'a', n: 2 },
    ])
  })

  it.each([['simple'], ['extended']])('is known to its own transaction, %s', async (protocol) => {
    const ask = (text: string) =>
      protocol === 'simple' ? client.query(text) : client.query({ text, values: [], name: '' })
    await ask('BEGIN')
    await ask('CREATE TABLE not_committed (id int)')
    await ask('INSERT INTO not_committed VALUES (1)')
    expect((await ask('SELECT * FROM not_committed')).rows).toEqual([{ id: 1 }])
    await ask('SAVEPOINT s')
    await ask('ALTER TABLE not_committed ADD COLUMN more text')
    expect((await ask('SELECT * FROM not_committed')).rows).toEqual([{ id: 1, more: null }])
    await ask('ROLLBACK TO s')
    expect((await ask('SELECT * FROM not_committed')).rows).toEqual([{ id: 1 }])
    await ask('ROLLBACK')
    await expect(ask('SELECT * FROM not_committed')).rejects.toThrow('unknown relation')
  })

  it('is changed and read at once, whether the change was made or not', async () => {
    await client.query('CREATE TABLE altered (id int)')
    for (let round = 0; round < 10; round += 1) {
      await client.query(`ALTER TABLE altered ADD COLUMN c${round} int`)
      expect((await client.query('SELECT * FROM altered')).fields).toHaveLength(round + 2)
      const again = client.query(`ALTER TABLE altered ADD COLUMN d int, ADD COLUMN c${round} int`)
      await expect(again).rejects.toMatchObject({ code: '42701' })
      expect((await client.query('SELECT * FROM altered')).fields).toHaveLength(round + 2)
    }
    await client.query('ALTER TABLE altered RENAME TO altered_more')
    expect((await client.query('SELECT id FROM altered_more')).rows).toEqual([])
    await client.query('DROP TABLE altered_more')
  })

  it('is a temporary table that hides another, as on the bare target', async () => {
    await client.query('CREATE TABLE hidden (id int, note text)')
    await client.query('CREATE TEMPORARY TABLE hidden AS SELECT 7 AS id')
    expect((await client.query('SELECT * FROM hidden')).rows).toEqual([{ id: 7 }])
    expect((await client.query('SELECT id FROM hidden WHERE id = $1', [7])).rows).toEqual([
      { id: 7 },
    ])
    expect((await client.query('SELECT * FROM public.hidden')).rows).toEqual([])
    await client.query('DROP TABLE pg_temp.hidden; DROP TABLE public.hidden')
  })

  it('is seen only by its own session where a rule allows what cannot be known', async () => {
    const { client: open } = await connectThrough(sharedInstance, { user: 'open' })
    await open.query('BEGIN')
    await open.query('CREATE TABLE not_committed (id int)')
    await open.query('INSERT INTO not_committed VALUES (1)')
    expect((await open.query('SELECT id FROM not_committed')).rows).toEqual([{ id: 1 }])
    await open.query('ROLLBACK')
    await open.query('CREATE TEMPORARY TABLE my_own AS SELECT 1 AS id')
    expect((await open.query('SELECT id FROM my_own')).rows).toEqual([{ id: 1 }])
    await open.end()
  })
})

describe('masks of what a session has changed', () => {
  const secret = 'CANARY-own-changes'
  let own: Client

  beforeAll(async () => {
    const mask = `${rules}\n  - { id: masked, mask: { columns: [own_masked.ssn], with: redact } }`
    await registerPostgres(sharedInstance.descriptor.sample.direct, 'own-changes', mask)
    await direct.query(`CREATE TABLE own_masked (id int, ssn text);
      INSERT INTO own_masked VALUES (1, '${secret}'); CREATE TABLE own_plain (id int, ssn text)`)
    own = (await connectThrough(sharedInstance, { user: 'own-changes', database: 'postgres' }))
      .client
    await own.query('SELECT id FROM own_masked')
  })

  afterAll(async () => {
    await direct.query('DROP TABLE own_masked, own_plain')
    await own.end()
  })

  it('leave a new key of a table from the transaction before as it is', async () => {
    const more = `
  - { id: code, effect: allow, match: { opaque: true } }
  - { id: masked, mask: { columns: ['*.ssn'], with: redact } }`
    await registerPostgres(sharedInstance.descriptor.sample.direct, 'own-code', rules + more)
    const { client: admin } = await connectThrough(sharedInstance, { user: 'own-code' })
    await admin.query(
      'CREATE TABLE own_new (id int GENERATED ALWAYS AS IDENTITY (START 7), ssn text)',
    )
    // A block can have done anything, so what the session had made is unknown again.
    await admin.query('DO $$ BEGIN PERFORM 1; END $$')
    await admin.query('BEGIN')
    const { rows } = await admin.query(`INSERT INTO own_new (ssn) VALUES ('x') RETURNING id`)
    expect(rows).toEqual([{ id: 7 }])
    await admin.query('ROLLBACK')
    await admin.query('DROP TABLE own_new')
    await admin.end()
  })

  it.each([
    'ALTER TABLE own_masked RENAME COLUMN ssn TO shown; SELECT shown FROM own_masked',
    'CREATE TEMP TABLE own_copy AS TABLE own_masked; SELECT ssn FROM own_copy',
    'ALTER TABLE own_masked RENAME TO own_other; SELECT upper(ssn) FROM own_other',
    'ALTER TABLE own_masked ADD COLUMN loud text GENERATED ALWAYS AS (upper(ssn)) STORED; SELECT loud FROM own_masked',
  ])('are not left behind: %s', async (text) => {
    await expect(own.query(text)).rejects.toThrow('own_masked.ssn is masked')
  })

  it.each([
    ['ALTER TABLE own_masked INHERIT own_plain', 'SELECT reverse(ssn) AS s FROM own_plain'],
    ['CREATE TEMP TABLE own_masked (n int)', 'SELECT reverse(ssn) AS s FROM public.own_masked'],
  ])('follow the rows within a transaction: %s', async (change, read) => {
    const shown = Array.from(secret).reverse().join('')
    for (const texts of [
      ['BEGIN', change, read, 'ROLLBACK'],
      [`BEGIN; ${change}; ${read}`, 'ROLLBACK'],
    ])
      for (const text of texts) {
        const answer = await own.query(text)
        expect(JSON.stringify(answer)).not.toContain(shown)
        if (text === read) expect(answer.rowCount).toBe(1)
      }
  })
})

describe('names that do not exist', () => {
  it('make the agent read a catalog a few times a second at most', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect('postgres')))
    const refused = (one: Client, name: string) =>
      expect(one.query(`SELECT * FROM ${name}`)).rejects.toThrow('unknown relation')
    const before = await readings()
    const started = Date.now()
    for (let round = 0; round < 10; round += 1)
      await Promise.all(clients.map((one, each) => refused(one, `made_up_${round}_${each}`)))
    const seconds = (Date.now() - started) / 1000
    // Each database that is watched, at most 32, is read on its own interval too: five seconds.
    const own = Math.ceil(seconds / 5) * 32
    expect((await readings()) - before).toBeLessThanOrEqual(4 * seconds + own)
    for (let round = 0; round < 50; round += 1)
      await Promise.all(clients.map((one) => refused(one, 'made_up_once')))
    await Promise.all(clients.map((one) => one.end()))
  })
})
