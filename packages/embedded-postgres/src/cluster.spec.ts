import { freePort } from '@wardgate/gateway/testing'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processArguments } from '@wardgate/state-file'
import { Client } from 'pg'
import { startCluster, type Cluster } from './cluster'
import { stopServerOf } from './data-directory'

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

it('says at once that its password is another, and leaves nothing running', async () => {
  chmodSync(folder, 0o711)
  const first = await start()
  await first.stop()
  const launched: number[] = []
  const second = startCluster({
    directory: join(folder, 'data'),
    port: first.port,
    password: 'other',
    launched: (pid) => launched.push(pid),
  })
  await expect(second).rejects.toThrow('another password')
  expect(launched.map(processArguments)).toEqual([''])
})

describe('a start that is ended', () => {
  /** Ends the start at a moment; what it launched until then. */
  async function interrupted(abort: (ending: AbortController) => void): Promise<number[]> {
    const ending = new AbortController()
    const launched: number[] = []
    abort(ending)
    const start = startCluster({
      directory: join(folder, 'data'),
      port: await freePort(),
      password: 'pw',
      signal: ending.signal,
      launched: (pid) => {
        launched.push(pid)
        ending.abort()
      },
    })
    await expect(start).rejects.toThrow('aborted')
    return launched
  }

  const isNamedBySomebody = (words: string): boolean =>
    readdirSync('/proc').some(
      (name) => /^\d+$/.test(name) && processArguments(Number(name)).includes(words),
    )

  it('leaves no server, and the next one works', async () => {
    chmodSync(folder, 0o711)
    const [pid = 0] = await interrupted(() => undefined)
    expect(processArguments(pid)).toBe('')
    const cluster = await start()
    expect(await ask(cluster, 'SELECT 7 AS answer')).toBe(7)
    await cluster.remove()
  })

  it('leaves neither initdb nor half a cluster', async () => {
    chmodSync(folder, 0o711)
    const made = watchFor(folder, 'unfinished')
    expect(await interrupted((ending) => void made.then(() => ending.abort()))).toEqual([])
    expect(isNamedBySomebody(folder)).toBe(false)
    expect(readdirSync(folder)).toEqual(['data'])
    expect(readdirSync(join(folder, 'data'))).toEqual([])
  })
})

describe('what a killed run left', () => {
  beforeEach(() => chmodSync(folder, 0o711))

  it('is ended when it is a server that has not written down its number yet', async () => {
    const left = await start()
    rmSync(join(folder, 'data/postmaster.pid'))
    expect(await stopServerOf(join(folder, 'data'))).toBe(true)
    await left.exited
  })

  it('is ended when it is the making of a cluster', async () => {
    const making = start()
    await Promise.all([
      expect(making).rejects.toThrow('cannot be made'),
      watchFor(folder, 'unfinished').then(() => stopServerOf(join(folder, 'data'))),
    ])
  })

  it('is nothing when another folder with a longer name is served', async () => {
    const other = await start()
    expect(await stopServerOf(join(folder, 'dat'))).toBe(false)
    expect(processArguments(other.pid)).not.toBe('')
    await other.remove()
  })
})

it('makes the cluster anew where a killed initdb left half of one', async () => {
  chmodSync(folder, 0o711)
  const left = join(folder, 'data.1.unfinished')
  mkdirSync(left)
  writeFileSync(join(left, 'PG_VERSION'), '18\n')
  const cluster = await start()
  expect(await ask(cluster, 'SELECT 7 AS answer')).toBe(7)
  expect(existsSync(left)).toBe(false)
  await cluster.remove()
})

/** Resolves when something with this in its name appears in the folder. */
function watchFor(where: string, word: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(where, (_event, name) => {
      if (name?.includes(word) !== true) return
      watcher.close()
      resolve()
    })
  })
}
