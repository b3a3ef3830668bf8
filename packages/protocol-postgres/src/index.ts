import type { Protocol } from '@wardgate/gateway'
import { PostgresEngine } from './engine'
import { settings, type PostgresSettings } from './settings'
import { UpstreamPool } from './upstream/pool'

const pool = new UpstreamPool()

export const postgres: Protocol<PostgresSettings> = {
  name: 'postgres',
  defaultPort: 5432,
  settings,
  capabilities: {
    operations: ['statement', 'function-call', 'replication'],
    masks: ['column', 'detector'],
    credentials: ['password', 'certificate', 'none'],
    hold: true,
    rowLimit: true,
    readOnly: false,
    lines: false,
    databases: true,
    encrypts: false,
  },
  createEngine: (client, engineSettings) => new PostgresEngine(client, engineSettings, pool),
  close: () => pool.close(),
}

export type { PostgresSettings } from './settings'
