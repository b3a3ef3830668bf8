import { type Cluster, startCluster } from '@wardgate/embedded-postgres'
import { freePort } from '@wardgate/gateway/testing'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Access } from '../control/grant'
import { temporaryFolder } from './temporary-folder'

export interface RealDatabase {
  /** How the agent's own sessions reach it. */
  readonly access: Access
  readonly database: Client
  stop(): Promise<void>
}

/** A PostgreSQL of its own with one connection to it, and what `schema` makes there. */
export async function startRealDatabase(schema: string): Promise<RealDatabase> {
  const folder = temporaryFolder()
  const port = await freePort()
  const login = { user: 'postgres', password: 'pw' }
  const directory = join(folder.path, 'data')
  const cluster: Cluster = await startCluster({ directory, port, password: login.password })
  const database = new Client({ host: '127.0.0.1', port, ...login })
  await database.connect()
  await database.query(schema)
  return {
    access: {
      endpoints: [{ host: '127.0.0.1', port }],
      tls: { mode: 'disable' },
      credential: { kind: 'password', ...login },
      revision: '1',
      database: 'postgres',
    },
    database,
    async stop() {
      await database.end()
      await cluster.remove()
      folder.remove()
    },
  }
}
