import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts } from '@wardgate/policy'
import { commandFacts } from '../command-facts'
import type { ShellDialect } from '../settings'

export function factsOf(text: string, shell: ShellDialect = 'posix'): Facts {
  return commandFacts({ shape: 'exec', text, terminal: false, environment: [] }, { shell })
}

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, name), 'utf8'))
}

/** What an adversary's text must show: that it cannot be known, or what it does. */
export function shows({ actions, opaque }: Facts, expected: string): boolean {
  const has = (pattern: RegExp) =>
    actions.some(({ action, resource }) => pattern.test(`${action} ${resource}`))
  if (expected === 'rm') return opaque.length > 0 || has(/^exec command:rm( |$)/)
  if (expected === 'write') return opaque.length > 0 || has(/^write path:/)
  if (expected === 'read') return opaque.length > 0 || has(/^read path:\/etc\/shadow/)
  return opaque.length > 0
}
