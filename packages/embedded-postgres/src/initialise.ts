import { TargetError } from '@wardgate/errors'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { giveToServer, spawnIdentity } from './privileges'

const unfinishedEnding = '.unfinished'

export interface ClusterToMake {
  readonly binaries: string
  readonly directory: string
  readonly password: string
  readonly signal: AbortSignal | undefined
}

/**
 * Makes a cluster: SCRAM for everybody, UTF-8, checksums. It is made beside its place and moved there whole: what a killed
 * initdb leaves looks like a cluster, and starts as one never.
 */
export async function initialise({ directory, ...making }: ClusterToMake): Promise<void> {
  removeUnfinished(directory)
  const unfinished = `${directory}.${process.pid}${unfinishedEnding}`
  mkdirSync(unfinished, { mode: 0o700 })
  giveToServer(unfinished)
  try {
    await runInitdb({ ...making, directory: unfinished })
    renameSync(unfinished, directory)
  } catch (cause) {
    making.signal?.throwIfAborted()
    const why = cause instanceof Error ? complaintOf(cause.message) : String(cause)
    const message = `the database in ${directory} cannot be made: ${why}`
    throw new TargetError('ERR_TARGET_UNREACHABLE', message, { cause })
  } finally {
    rmSync(unfinished, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The line that says why; what follows it is what initdb does about that. */
function complaintOf(text: string): string {
  const lines = text.split('\n')
  return lines.find((line) => /\b(?:PANIC|FATAL|error):/.test(line)) ?? lines[0] ?? ''
}

function removeUnfinished(directory: string): void {
  const folder = dirname(directory)
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(directory)}.`) && name.endsWith(unfinishedEnding))
      rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 })
}

/** The password file exists only while initdb runs. */
async function runInitdb(making: ClusterToMake): Promise<void> {
  const identity = spawnIdentity()
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-'))
  const passwordFile = join(folder, 'password')
  try {
    writeFileSync(passwordFile, `${making.password}\n`, { mode: 0o600 })
    giveToServer(folder)
    if (identity.uid !== undefined)
      chownSync(passwordFile, identity.uid, identity.gid ?? identity.uid)
    await initdb(making, passwordFile)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function initdb(
  { binaries, directory, signal }: ClusterToMake,
  passwordFile: string,
): Promise<void> {
  const args = ['-D', directory, '-U', 'postgres', `--pwfile=${passwordFile}`]
  const made = ['--auth=scram-sha-256', '--locale=C.UTF-8', '--encoding=UTF8', '--data-checksums']
  const child = spawn(join(binaries, 'bin/initdb'), [...args, ...made, '--no-sync'], {
    ...spawnIdentity(),
    cwd: directory,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const interrupt = (): boolean => child.kill('SIGINT')
  signal?.addEventListener('abort', interrupt)
  try {
    // `close` follows the end of its own children too: they hold its stderr.
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(complaints.trim() || 'it was killed')
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}
