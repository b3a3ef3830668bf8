import type { Cluster } from '@wardgate/embedded-postgres'
import { Client } from 'pg'

/** Makes the control plane's database when there is none; whether it did. */
export async function ensureDatabase(cluster: Cluster): Promise<boolean> {
  const client = new Client({ connectionString: cluster.url('postgres') })
  // Told to who waits for an answer; without a listener the end of the server would end this process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'wardgate'")
    const isNew = found.rowCount === 0
    if (isNew) await client.query('CREATE DATABASE wardgate')
    return isNew
  } finally {
    await client.end()
  }
}
