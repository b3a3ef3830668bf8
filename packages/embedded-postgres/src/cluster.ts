import { TargetError } from '@wardgate/errors'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { postgresBinaries, runnable } from './binaries'
import { dataDirectory, removeData } from './data-directory'
import { initialise } from './initialise'
import { stopLeftover } from './leftover'
import { spawnIdentity } from './privileges'

const startLimitMillis = 30_000
const stopLimitMillis = 10_000
const foreignMillis = 1_000
/** SQLSTATE, PostgreSQL's appendix A. */
const invalidPassword = '28P01'

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
  /** Ends a start that is under way; it rejects once nothing of it runs any more. */
  readonly signal?: AbortSignal
  /** Told each process at once: whoever must end it may come before it is ready. */
  readonly launched?: (pid: number) => void
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
  const { signal } = options
  const binaries = options.binaries === undefined ? postgresBinaries() : runnable(options.binaries)
  const directory = await dataDirectory(options.directory)
  signal?.throwIfAborted()
  if (!existsSync(join(directory, 'PG_VERSION')))
    await initialise({ binaries, directory, password: options.password, signal })
  await stopLeftover(directory)
  const logFile = options.logFile ?? `${options.directory}.log`
  mkdirSync(dirname(logFile), { recursive: true })
  const deadline = Date.now() + startLimitMillis
  for (;;) {
    signal?.throwIfAborted()
    const server = launch({ binaries, directory, logFile }, options)
    const ready = await waitUntilReady(server, options, deadline)
    if (ready) return describe(server, options)
    signal?.throwIfAborted()
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

interface Places {
  readonly binaries: string
  readonly directory: string
  readonly logFile: string
}

function launch({ binaries, directory, logFile }: Places, options: ClusterOptions): ChildProcess {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  }
  const log = openSync(logFile, 'a', 0o600)
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
      stdio: ['ignore', log, log],
      detached: true,
    },
  )
  closeSync(log)
  if (server.pid !== undefined) options.launched?.(server.pid)
  return server
}

/** Whether it is; a server that is not ready in time has ended. */
async function waitUntilReady(
  server: ChildProcess,
  options: ClusterOptions,
  deadline: number,
): Promise<boolean> {
  const exited = exitOf(server)
  try {
    while (isAlive(server) && Date.now() < deadline && options.signal?.aborted !== true) {
      if (await answers(options)) return true
      await delay(25)
    }
  } catch (error) {
    // It may have been another server that answered, whose port ours does not get: then ours ends by itself.
    await Promise.race([exited, delay(foreignMillis)])
    if (!isAlive(server)) return false
    await stopServer(server, exited)
    throw error
  }
  await stopServer(server, exited)
  return false
}

/** False while it does not; throws when no time will help. */
async function answers({ port, password, directory }: ClusterOptions): Promise<boolean> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (cause) {
    if (!(cause instanceof DatabaseError) || cause.code !== invalidPassword) return false
    throw new TargetError(
      'ERR_TARGET_UNREACHABLE',
      `the database in ${directory} was made with another password than the one that is kept for it`,
      { cause, nextStep: 'Put back the file of passwords, or delete the state and start anew.' },
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

/** Resolves when the process has ended, or could not be begun. */
function exitOf(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return once(server, 'exit').then(
    () => undefined,
    () => undefined,
  )
}

function describe(server: ChildProcess, options: ClusterOptions): Cluster {
  const exited = exitOf(server)
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
  if (!isAlive(server)) return
  server.kill('SIGINT')
  const stopped = await Promise.race([
    exited.then(() => true),
    delay(stopLimitMillis, false, { ref: false }),
  ])
  if (!stopped) server.kill('SIGQUIT')
  await exited
}
