import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { CliError } from '../cli-error'
import { member } from '../config/standalone'
import type { Run } from '../run'
import type { JsonObject } from './client'

/** The text of a file, or of standard input for `-`. */
export async function readSource(run: Run, file: string): Promise<string> {
  if (file === '-') return run.cli.readStdin()
  try {
    return readFileSync(resolve(run.cli.cwd, file), 'utf8')
  } catch (cause) {
    throw new CliError('usage', `cannot read ${file}: ${reasonOf(cause)}`, undefined, cause)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not',
  EISDIR: 'it is a folder',
}

function reasonOf(cause: unknown): string {
  const code = member(cause, 'code')
  const known = typeof code === 'string' ? reasons[code] : undefined
  return known ?? (cause instanceof Error ? cause.message : String(cause))
}

/** A request body written as YAML or JSON. */
export async function readBody(run: Run, file: string): Promise<JsonObject> {
  let value: unknown
  try {
    value = parse(await readSource(run, file), { maxAliasCount: 50 })
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CliError('usage', `${file} is neither YAML nor JSON: ${reason}`, undefined, cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject
  throw new CliError('usage', `${file} must hold one object`)
}
