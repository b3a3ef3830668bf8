import { type AssignedConnection, SqlEngine, TlsMode } from '@wardgate/contract'
import type { CatalogState } from '../catalog/reader'

/** A connection whose target has a catalog to watch. */
export const shopConnection: AssignedConnection = {
  id: 'shop',
  name: 'shop',
  protocol: 'postgres',
  settingsJson: '{}',
  revision: '1',
  listeners: [],
  systemAccess: {
    endpoints: [{ host: '127.0.0.1', port: 1 }],
    tlsMode: TlsMode.TLS_MODE_DISABLE,
    tlsCa: '',
    tlsServerName: '',
    database: 'shop',
    credential: { kind: { $case: 'password', value: { user: 'u', password: 'p' } } },
    revision: '1',
  },
}

/** What a reading brings of a catalog with one part. */
export function catalogState(digest: string): CatalogState {
  const manifest = {
    engine: SqlEngine.SQL_ENGINE_POSTGRESQL,
    serverVersion: 180_000,
    defaultSearchPath: ['public'],
    parts: [{ number: 16, digest }],
  }
  return { globals: '', parts: new Map(), manifest }
}
