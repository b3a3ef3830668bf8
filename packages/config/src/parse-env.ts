import { ConfigError } from '@wardgate/errors'
import type { z } from 'zod'
import { freezeDeep } from './freeze'

export type Env = Readonly<Record<string, string | undefined>>

/**
 * The frozen configuration that `schema` makes of flat environment keys. Throws one ConfigError that lists every
 * problem by key, and shows no value: a misplaced password must not end up in a log. An empty value counts as absent.
 */
export function parseEnv<T>(schema: z.ZodType<T>, env: Env): T {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = schema.safeParse(present)
  if (result.success) return freezeDeep(result.data)
  const problems = result.error.issues.map((issue) => problemOf(issue, env))
  throw new ConfigError('ERR_CONFIG_INVALID', [...new Set(problems)].sort().join('; '), {
    nextStep: 'Mend every key that the message names; see the configuration reference.',
  })
}

function problemOf(issue: z.core.$ZodIssue, env: Env): string {
  const key = issue.path.length === 0 ? 'configuration' : String(issue.path[0])
  const value = env[key] ?? ''
  if (value === '' && issue.code === 'invalid_type') return `${key}: is required`
  return `${key}: ${withoutValues(issue.message, env)}`
}

// Refinements write their own messages, and one may well quote what it did not like.
function withoutValues(message: string, env: Env): string {
  const quotes = Object.values(env).some(
    (value) => value !== undefined && value.length >= 3 && message.includes(value),
  )
  return quotes ? 'is not valid' : message
}
