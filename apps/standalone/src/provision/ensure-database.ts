import type { Cluster } from '@wardgate/embedded-postgres'
import { withClient } from '../with-client'

/** Makes the control plane's database when there is none; whether it did. */
export function ensureDatabase(cluster: Cluster): Promise<boolean> {
  return withClient(cluster.url('postgres'), async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'wardgate'")
    const isNew = found.rowCount === 0
    if (isNew) await client.query('CREATE DATABASE wardgate')
    return isNew
  })
}
