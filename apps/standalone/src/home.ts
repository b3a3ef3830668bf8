import { ConfigError } from '@wardgate/errors'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Of the checkout. */
export const root = resolve(__dirname, '../../..')

/** Folder of all state: the one that was named, or the checkout's own. */
export function homeFolder(named = ''): string {
  return named === '' ? join(root, '.wardgate') : resolve(named)
}

export function logFolder(home: string): string {
  return join(home, 'logs')
}

/**
 * Makes the folder of all state, with those above it and the one for logs. One at a time: Node's recursive mkdir tries
 * for ever where the system takes no folders, as under /proc.
 */
export function makeHome(home: string): void {
  // As root the databases run as another user, who must get through to their folders; each entry is private by itself.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700
  const missing: string[] = []
  let folder = home
  // Nothing is there through a file, so this ends at the file.
  for (; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
  if (!statSync(folder).isDirectory()) throw refused(home, `${folder} is not a folder`)
  for (const made of missing) make(made, mode, home)
  if (!existsSync(logFolder(home))) make(logFolder(home), 0o700, home)
  for (const used of [home, logFolder(home)]) requireWritable(used, home)
}

const mebibyte = 1 << 20
/** What databases and logs take at first, and what they need to go on. */
const neededMebibytes = { first: 256, later: 32 }

/** A disk that runs full while databases are made is told by each of them in words of its own. */
export function requireRoom(home: string, isFirst: boolean, free = mebibytesFree(home)): void {
  const needed = isFirst ? neededMebibytes.first : neededMebibytes.later
  if (free >= needed) return
  throw refused(home, `its disk has ${free} MB left, and ${needed} MB are needed`)
}

function mebibytesFree(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.floor((bavail * bsize) / mebibyte)
}

function requireWritable(folder: string, home: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw refused(home, `nothing can be written in ${folder}${reasonOf(cause)}`, cause)
  }
}

function make(folder: string, mode: number, home: string): void {
  try {
    mkdirSync(folder)
    // Whatever the umask takes away.
    chmodSync(folder, mode)
  } catch (cause) {
    throw refused(home, `the folder ${folder} cannot be made${reasonOf(cause)}`, cause)
  }
}

function refused(home: string, why: string, cause?: unknown): ConfigError {
  const message = `WARDGATE_HOME (${home}) cannot hold the state: ${why}`
  const nextStep = 'Set WARDGATE_HOME to another folder, or make room or give access there.'
  return new ConfigError('ERR_CONFIG_INVALID', message, { cause, nextStep })
}

/** As node tells it: `EACCES: permission denied, mkdir '/home'`. */
function reasonOf(cause: unknown): string {
  const words = cause instanceof Error ? /^E[A-Z]+: ([^,]+)/.exec(cause.message)?.[1] : undefined
  return words === undefined ? '' : ` (${words})`
}
