import { CliError } from '../cli-error'
import type { ExitReason } from '../exit-codes'
import { member } from '../config/standalone'

/** An answer that is no success (RFC 9457 when the control plane made it) as an error for people. */
export function problemError(status: number, body: string): CliError {
  let problem: unknown
  try {
    problem = JSON.parse(body)
  } catch {
    problem = undefined
  }
  const detail = member(problem, 'detail') ?? member(problem, 'title')
  const code = member(problem, 'code')
  const nextStep = member(problem, 'nextStep')
  const lines = [typeof detail === 'string' ? detail : `the control plane answered ${status}`]
  for (const item of fieldErrors(member(problem, 'errors'))) lines.push(`  ${item}`)
  const [first = '', ...rest] = lines
  const head = typeof code === 'string' ? `${first} (${code})` : first
  return new CliError(
    code === 'ERR_AUDIT_CORRUPT' ? 'no' : reasonFor(status),
    [head, ...rest].join('\n'),
    typeof nextStep === 'string' ? nextStep : undefined,
  )
}

function fieldErrors(errors: unknown): readonly string[] {
  if (!Array.isArray(errors)) return []
  return errors.map((item) => {
    const path = member(item, 'path')
    const message = member(item, 'message')
    return `${typeof path === 'string' && path !== '' ? `${path}: ` : ''}${String(message)}`
  })
}

function reasonFor(status: number): ExitReason {
  if (status === 401 || status === 403) return 'unauthenticated'
  return status >= 500 || status === 429 ? 'unavailable' : 'rejected'
}
