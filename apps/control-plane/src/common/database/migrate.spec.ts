import { cp, mkdtemp, readdir, writeFile, appendFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startTestDatabase, type TestDatabase } from '../../testing/test-database'
import { migrateDatabase, migrationsFolder } from './migrate'

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)
afterAll(() => database.stop())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardgate-migrations-'))
  await cp(migrationsFolder, folder, { recursive: true })
})

async function add(name: string, script: string): Promise<void> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'migration.sql'), script)
}

async function tables(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
  await client.end()
  return rows.map(({ tablename }) => tablename)
}

describe('migrations', () => {
  it('are applied once by three replicas that start together', async () => {
    const url = await database.another()
    const runs = await Promise.all([1, 2, 3].map(() => migrateDatabase(url, folder)))
    const names = (await readdir(folder, { withFileTypes: true })).filter((e) => e.isDirectory())
    expect(runs.flat()).toHaveLength(names.length)
    expect(await tables(url)).toEqual(
      expect.arrayContaining(['audit_entries', '_prisma_migrations']),
    )
  })

  it('refuse to go on when an applied file was edited', async () => {
    const url = await database.another()
    const [first = ''] = await migrateDatabase(url, folder)
    await appendFile(join(folder, first, 'migration.sql'), '\n-- edited')
    await expect(migrateDatabase(url, folder)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('refuse a database that a newer version has migrated', async () => {
    const url = await database.another()
    await add('29990101000000_future', 'CREATE TABLE future (id int)')
    await migrateDatabase(url, folder)
    await expect(migrateDatabase(url)).rejects.toThrow('29990101000000_future')
  })

  it('leave nothing of a migration that fails halfway', async () => {
    const url = await database.another()
    await add('29990101000000_broken', 'CREATE TABLE half (id int); SELECT nonsense;')
    await expect(migrateDatabase(url, folder)).rejects.toThrow('29990101000000_broken failed')
    expect(await tables(url)).not.toContain('half')
  })
})
