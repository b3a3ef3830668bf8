import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Cli } from '../cli'
import { findStandalone } from './standalone'
import { loginFolder } from './stored-login'

/** Verifier key lines that were seen at the control plane, kept so that a later bundle cannot bring its own. */
export function readPinnedKeys(cli: Cli): readonly string[] {
  try {
    return keyLines(readFileSync(pinFile(cli), 'utf8'))
  } catch {
    return []
  }
}

export type PinResult =
  | { readonly kind: 'known' | 'pinned'; readonly file: string }
  /** Other keys are kept for a log of this name: it was made anew, or somebody else signs. */
  | { readonly kind: 'changed'; readonly file: string; readonly origin: string }

export function pinKeys(cli: Cli, lines: readonly string[], replace: boolean): PinResult {
  const file = pinFile(cli)
  const pinned = readPinnedKeys(cli)
  const fresh = lines.filter((line) => !pinned.includes(line))
  if (fresh.length === 0) return { kind: 'known', file }
  const origins = new Set(fresh.map(originOf))
  const stale = pinned.filter((line) => origins.has(originOf(line)) && !lines.includes(line))
  const [changed] = stale
  if (changed !== undefined && !replace) return { kind: 'changed', file, origin: originOf(changed) }
  const kept = pinned.filter((line) => !stale.includes(line))
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, [...kept, ...fresh].map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return { kind: 'pinned', file }
}

/** A standalone's log dies with its folder, and so do its keys. */
function pinFile(cli: Cli): string {
  const standalone = cli.env['WARDGATE_SERVER'] === undefined ? findStandalone(cli) : undefined
  const folder = standalone ? join(dirname(standalone.file), 'cli') : loginFolder(cli)
  return join(folder, 'audit-keys')
}

export function keyLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function originOf(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf('+')))
}
