import { randomBytes } from 'node:crypto'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { Client } from 'pg'
import { stoppedAtTheEnd } from './leftovers'

export interface TestDatabase {
  readonly url: string
  /** One more empty database on the same server. */
  another(): Promise<string>
  stop(): Promise<void>
}

/** An empty database on a real server: the one that WARDGATE_TEST_POSTGRES names, or one of its own. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const server = await startServer()
  const another = () => createDatabase(server.url)
  return { url: await another(), another, stop: server.stop }
}

interface Server {
  readonly url: string
  stop(): Promise<void>
}

async function startServer(): Promise<Server> {
  const given = process.env['WARDGATE_TEST_POSTGRES']
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() }
  const cluster = await startTestCluster()
  return { url: cluster.url('postgres'), stop: stoppedAtTheEnd(() => cluster.remove()) }
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `wg_${randomBytes(8).toString('hex')}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.toString()
}
