import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { Client } from 'pg'
import type { Access } from '../control/grant'

export interface RealDatabase {
  /** How the agent's own sessions reach it. */
  readonly access: Access
  readonly database: Client
  stop(): Promise<void>
}

/** A PostgreSQL of its own with one connection to it, and what `schema` makes there. */
export async function startRealDatabase(schema: string): Promise<RealDatabase> {
  const cluster = await startTestCluster()
  const { host, port, user, password } = cluster
  const database = new Client({ host, port, user, password })
  await database.connect()
  await database.query(schema)
  return {
    access: {
      endpoints: [{ host, port }],
      tls: { mode: 'disable' },
      credential: { kind: 'password', user, password },
      revision: '1',
      database: 'postgres',
    },
    database,
    async stop() {
      await database.end()
      await cluster.remove()
    },
  }
}
