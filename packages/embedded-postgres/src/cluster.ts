import { TargetError } from '@wardgate/errors'
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { postgresBinaries, runnable } from './binaries'
import { dataDirectory, removeData } from './data-directory'
import { initialise } from './initialise'
import { stopLeftover } from './leftover'
import { spawnIdentity } from './privileges'

const startLimitMillis = 30_000
const stopLimitMillis = 10_000

export interface ClusterOptions {
  /** Where the data lives; made when absent. Root's private folders are replaced by a shared one. */
  readonly directory: string
  readonly port: number
  /** Password of the superuser `postgres`. Fixed when the cluster is made. */
  readonly password: string
  /** Server settings, as for `postgres -c`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Folder with `bin/postgres` and `bin/initdb` of another version than the embedded one. */
  readonly binaries?: string
  /** Where the server's log goes; default `<directory>.log`. */
  readonly logFile?: string
}

export interface Cluster {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly pid: number
  /** Rejects never; resolves when the server has ended for whatever reason. */
  readonly exited: Promise<void>
  url(database: string): string
  stop(): Promise<void>
  /** Stops the server and deletes its data, wherever that lives. */
  remove(): Promise<void>
}

/** Starts a PostgreSQL server of our own, 18 unless `binaries` says otherwise, making the cluster first when there is none. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = options.binaries === undefined ? postgresBinaries() : runnable(options.binaries)
  const directory = await dataDirectory(options.directory)
  if (!existsSync(join(directory, 'PG_VERSION')))
    await initialise(binaries, directory, options.password)
  await stopLeftover(directory)
  const logFile = options.logFile ?? `${options.directory}.log`
  mkdirSync(dirname(logFile), { recursive: true })
  const deadline = Date.now() + startLimitMillis
  for (;;) {
    const server = launch(binaries, directory, logFile, options)
    const ready = await waitUntilReady(server, options, deadline)
    if (ready) return describe(server, options)
    // Children of a killed server may still hold its shared memory for a moment.
    if (Date.now() > deadline) {
      throw new TargetError(
        'ERR_TARGET_UNREACHABLE',
        `embedded PostgreSQL on port ${options.port} did not start`,
        {
          nextStep: `Read ${logFile}; is the port taken?`,
        },
      )
    }
    await delay(200)
  }
}

function launch(
  binaries: string,
  directory: string,
  logFile: string,
  options: ClusterOptions,
): ChildProcessByStdio<null, Readable, Readable> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  }
  const server = spawn(
    join(binaries, 'bin/postgres'),
    [
      '-D',
      directory,
      '-p',
      String(options.port),
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    {
      ...spawnIdentity(),
      cwd: directory,
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  server.stdout.pipe(log, { end: false })
  server.stderr.pipe(log, { end: false })
  server.once('close', () => log.end())
  return server
}

async function waitUntilReady(
  server: ChildProcess,
  options: ClusterOptions,
  deadline: number,
): Promise<boolean> {
  let failed = false
  server.once('error', () => (failed = true))
  const hasEnded = (): boolean => failed || server.exitCode !== null || server.signalCode !== null
  while (!hasEnded() && Date.now() < deadline) {
    const client = new Client({
      host: '127.0.0.1',
      port: options.port,
      user: 'postgres',
      password: options.password,
      database: 'postgres',
    })
    try {
      await client.connect()
      return true
    } catch {
      await delay(25)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  if (!hasEnded()) server.kill('SIGINT')
  return false
}

function describe(server: ChildProcess, options: ClusterOptions): Cluster {
  const exited =
    server.exitCode === null ? once(server, 'exit').then(() => undefined) : Promise.resolve()
  const { port, password } = options
  const stop = () => stopServer(server, exited)
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    pid: server.pid ?? 0,
    exited,
    url: (database) => clusterUrl(options, database),
    stop,
    async remove() {
      await stop()
      removeData(options.directory)
    },
  }
}

/** Where a database of the cluster is once it runs. */
export function clusterUrl(
  { port, password }: Pick<ClusterOptions, 'port' | 'password'>,
  database: string,
): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

async function stopServer(server: ChildProcess, exited: Promise<void>): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGINT')
  const stopped = await Promise.race([
    exited.then(() => true),
    delay(stopLimitMillis, false, { ref: false }),
  ])
  if (!stopped) server.kill('SIGQUIT')
  await exited
}
