import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError } from '@wardgate/errors'
import type { Client } from 'pg'
import { connectWhenUp } from './connect-when-up'

/** The lock that Prisma's own migrate takes, so that both exclude each other. */
const advisoryLock = 72707369
/** A second replica waits for the first one's migrations for no longer than this. */
const lockTimeout = '120s'

export const migrationsFolder = resolve(__dirname, '../../../../../prisma/migrations')

interface Migration {
  readonly name: string
  readonly checksum: string
  readonly script: string
}

interface AppliedMigration {
  readonly name: string
  readonly checksum: string
  readonly finished: boolean
}

/** Brings the database to the software's schema; safe to run from any number of replicas at once. Returns what was applied. */
export async function migrateDatabase(
  connectionString: string,
  folder: string = migrationsFolder,
): Promise<readonly string[]> {
  const wanted = await readMigrations(folder)
  const client = await connectWhenUp({ connectionString, application_name: 'wardgate-migrations' })
  try {
    if (pending(wanted, await readApplied(client)).length === 0) return []
    await client.query(`SET lock_timeout = '${lockTimeout}'`)
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
    await createJournal(client)
    const missing = pending(wanted, await readApplied(client))
    for (const migration of missing) await apply(client, migration)
    return missing.map((migration) => migration.name)
  } finally {
    // Ends the database session, which gives the lock back.
    await client.end()
  }
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const script = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
    }),
  )
}

async function readApplied(client: Client): Promise<readonly AppliedMigration[]> {
  const found = await client.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  )
  if (found.rows[0]?.found !== true) return []
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  )
  return rows
}

/** What is still to be applied. Throws when the database and the files disagree about what has been. */
function pending(wanted: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const known = new Map(wanted.map((migration) => [migration.name, migration]))
  for (const { name, checksum, finished } of applied) {
    const file = known.get(name)
    if (file === undefined)
      throw refusal(`the database has migration ${name}, which this version does not know`)
    if (!finished) throw refusal(`migration ${name} was begun and never finished`)
    if (file.checksum !== checksum)
      throw refusal(`the file of migration ${name} was edited after it had been applied`)
    known.delete(name)
  }
  return [...known.values()]
}

function refusal(problem: string): ConfigError {
  return new ConfigError('ERR_CONFIG_INVALID', problem, {
    nextStep: 'Run the version that made the database, or restore its migration files.',
  })
}

async function createJournal(client: Client): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`)
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(migration.script)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK')
    throw new ConfigError('ERR_CONFIG_INVALID', `migration ${migration.name} failed`, { cause })
  }
}
