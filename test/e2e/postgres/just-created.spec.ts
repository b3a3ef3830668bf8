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

  it('is refused with the reason while only its own transaction can see it', async () => {
    await client.query('BEGIN')
    await client.query('CREATE TABLE not_committed (id int)')
    await expect(client.query('INSERT INTO not_committed VALUES (1)')).rejects.toThrow(
      "unknown relation not_committed (not in the target's catalog; temporary tables and what an open transaction made cannot be seen)",
    )
    await client.query('ROLLBACK')
    await client.query('CREATE TEMPORARY TABLE my_own (id int)')
    await expect(client.query('SELECT id FROM my_own')).rejects.toThrow('temporary tables')
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
