import { CliError } from '../cli-error'
import type { ExitReason } from '../exit-codes'
import { member } from '../config/standalone'

/** What the control plane says is wrong with one field of a request. */
export interface WrongField {
  readonly path: string
  readonly message: string
}

/** An answer of the control plane that is no success. */
export class ProblemError extends CliError {
  readonly code: string | undefined
  readonly fields: readonly WrongField[]

  constructor(
    reason: ExitReason,
    said: {
      readonly message: string
      readonly code: unknown
      readonly fields: readonly WrongField[]
    },
    nextStep: string | undefined,
  ) {
    const code = typeof said.code === 'string' ? said.code : undefined
    const head = code === undefined ? said.message : `${said.message} (${code})`
    super(reason, [head, ...said.fields.map(fieldLine)].join('\n'), nextStep)
    this.code = code
    this.fields = said.fields
  }
}

/** An answer that is no success (RFC 9457 when the control plane made it) as an error for people. */
export function problemError(status: number, body: string): ProblemError {
  let problem: unknown
  try {
    problem = JSON.parse(body)
  } catch {
    problem = undefined
  }
  const code = member(problem, 'code')
  const nextStep = member(problem, 'nextStep')
  const fields = wrongFields(member(problem, 'errors'))
  // The detail repeats the fields in one line.
  const told = fields.length > 0 ? 'the request is not valid' : member(problem, 'detail')
  const detail = told ?? member(problem, 'title')
  const message = typeof detail === 'string' ? detail : `the control plane answered ${status}`
  return new ProblemError(
    code === 'ERR_AUDIT_CORRUPT' ? 'no' : reasonFor(status),
    { message, code, fields },
    typeof nextStep === 'string' && fields.length === 0 ? nextStep : undefined,
  )
}

function fieldLine({ path, message }: WrongField): string {
  return path === '' ? `  ${message}` : `  ${path}: ${message}`
}

function wrongFields(errors: unknown): readonly WrongField[] {
  if (!Array.isArray(errors)) return []
  return errors.map((item) => {
    const path = member(item, 'path')
    return { path: typeof path === 'string' ? path : '', message: String(member(item, 'message')) }
  })
}

function reasonFor(status: number): ExitReason {
  if (status === 401 || status === 403) return 'unauthenticated'
  return status >= 500 || status === 429 ? 'unavailable' : 'rejected'
}
