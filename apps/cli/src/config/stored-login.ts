import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Cli } from '../cli'
import { member } from './standalone'

/** A log-in that was kept; mode 0600. */
export interface StoredLogin {
  readonly server: string
  readonly accessToken: string
  /** Unix milliseconds; 0 = unknown. */
  readonly expiresAt: number
}

export function loginFolder(cli: Cli): string {
  const home = cli.env['WARDGATE_HOME']
  if (home !== undefined && home !== '') return join(home, 'cli')
  return join(cli.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'wardgate')
}

function loginFile(cli: Cli): string {
  return join(loginFolder(cli), 'login.json')
}

export function readLogin(cli: Cli): StoredLogin | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(loginFile(cli), 'utf8'))
  } catch {
    return undefined
  }
  const server = member(parsed, 'server')
  const accessToken = member(parsed, 'accessToken')
  const expiresAt = member(parsed, 'expiresAt')
  if (typeof server !== 'string' || typeof accessToken !== 'string') return undefined
  return { server, accessToken, expiresAt: typeof expiresAt === 'number' ? expiresAt : 0 }
}

/** Written beside and renamed, so that the token is never in a file that others may read. */
export function writeLogin(cli: Cli, login: StoredLogin): string {
  const file = loginFile(cli)
  mkdirSync(loginFolder(cli), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(draft, file)
  return file
}

export function removeLogin(cli: Cli): void {
  rmSync(loginFile(cli), { force: true })
}
