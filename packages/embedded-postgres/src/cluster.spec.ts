import { freePort } from '@wardgate/gateway/testing'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startCluster, type Cluster } from './cluster'

jest.setTimeout(60_000)

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardgate-cluster-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const start = async (): Promise<Cluster> =>
  startCluster({ directory: join(folder, 'data'), port: await freePort(), password: 'pw' })

async function ask(cluster: Cluster, text: string): Promise<unknown> {
  const client = new Client(cluster.url('postgres'))
  await client.connect()
  try {
    const { rows } = await client.query<{ answer: unknown }>(text)
    return rows[0]?.answer
  } finally {
    await client.end()
  }
}

const dataDirectory = async (cluster: Cluster): Promise<string> =>
  String(await ask(cluster, "SELECT current_setting('data_directory') AS answer"))

it('keeps its data where it is told to, once the server can get there', async () => {
  chmodSync(folder, 0o711)
  const cluster = await start()
  expect(await dataDirectory(cluster)).toBe(join(folder, 'data'))
  await cluster.remove()
})

it('has its data again after a stop', async () => {
  const first = await start()
  await ask(first, 'CREATE TABLE kept AS SELECT 7 AS answer')
  await first.stop()
  const second = await start()
  expect(await ask(second, 'SELECT answer FROM kept')).toBe(7)
  await second.remove()
})

it('leaves nothing when it is removed, even where the data lives elsewhere', async () => {
  chmodSync(folder, 0o700)
  const cluster = await start()
  const directory = await dataDirectory(cluster)
  await cluster.remove()
  await cluster.exited
  expect(existsSync(directory)).toBe(false)
  expect(existsSync(join(folder, 'data.location'))).toBe(false)
})

it('finds its data again when the folder above is opened to others later', async () => {
  chmodSync(folder, 0o700)
  const first = await start()
  await ask(first, 'CREATE TABLE kept AS SELECT 7 AS answer')
  await first.stop()
  chmodSync(folder, 0o711)
  const second = await start()
  expect(await ask(second, 'SELECT answer FROM kept')).toBe(7)
  await second.remove()
})
