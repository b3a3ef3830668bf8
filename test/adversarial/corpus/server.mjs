import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** Behind those of the standalone that is run beside it. */
const port = Number(process.env.WARDGATE_PORT_BASE ?? 24_400) + 97
const nobody = { uid: 65534, gid: 65534 }
/** A throw-away server: nothing of it has to survive a crash, and nothing may change without a statement. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  max_prepared_transactions: '10',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
}

/** A database of 300 files is made for every row: in memory where the system has such a folder. */
const memory = '/dev/shm'

async function versionOf(client) {
  const { rows } = await client.query('SHOW server_version_num')
  await client.end()
  return Math.floor(Number(rows[0].server_version_num) / 10_000)
}

/** A bare PostgreSQL server of its own, whose cluster is made anew and removed at the end. */
export async function startServer(initdb) {
  const binaries = dirname(initdb)
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'wardgate-corpus-'))
  const asRoot = process.getuid?.() === 0
  const identity = asRoot ? nobody : {}
  if (asRoot) chownSync(folder, nobody.uid, nobody.gid)
  const data = join(folder, 'data')
  const made = spawnSync(
    initdb,
    ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '-N'],
    { ...identity, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const log = openSync(join(folder, 'log'), 'a')
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const child = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...options], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', log, log],
  })
  const ended = new Promise((done) => child.once('exit', done))
  const connect = async (database, user = 'postgres') => {
    const client = new pg.Client({ host: '127.0.0.1', port, user, database })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  let version
  for (let tries = 0; version === undefined; tries += 1) {
    try {
      version = await versionOf(await connect('postgres'))
    } catch (error) {
      if (tries > 200 || child.exitCode !== null) throw error
      await delay(50)
    }
  }
  return {
    port,
    version,
    connect,
    async stop() {
      child.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
