import { freePort } from '@wardgate/gateway/testing'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from '@wardgate/embedded-postgres'
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
  const folder = await mkdtemp(join(tmpdir(), 'wardgate-test-'))
  const cluster = await startCluster({
    directory: join(folder, 'data'),
    port: await freePort(),
    password: randomBytes(12).toString('hex'),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  })
  return {
    url: cluster.url('postgres'),
    stop: stoppedAtTheEnd(async () => {
      await cluster.remove()
      await rm(folder, { recursive: true, force: true })
    }),
  }
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
