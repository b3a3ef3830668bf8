import { ConfigError } from '@wardgate/errors'
import { existsSync, mkdirSync, statSync } from 'node:fs'
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
}

function make(folder: string, mode: number, home: string): void {
  try {
    mkdirSync(folder, { mode })
  } catch (cause) {
    throw refused(home, `the folder ${folder} cannot be made`, cause)
  }
}

function refused(home: string, why: string, cause?: unknown): ConfigError {
  const message = `WARDGATE_HOME (${home}) cannot hold the state: ${why}`
  return new ConfigError('ERR_CONFIG_INVALID', message, { cause })
}
