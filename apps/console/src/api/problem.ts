/** RFC 9457, with what Wardgate adds. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly nextStep: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ApiError'
    this.problem = problem
  }
}

export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 401
}

/** The problem that an answer tells; a proxy's page or nothing at all is told as such. */
export function toProblem(status: number, body: unknown): Problem {
  const told = isRecord(body) ? body : {}
  return {
    title: textOf(told['title']) || `The control plane answered ${status}.`,
    status,
    detail: textOf(told['detail']),
    code: textOf(told['code']),
    nextStep: textOf(told['nextStep']),
    errors: Array.isArray(told['errors']) ? told['errors'].filter(isFieldProblem) : [],
  }
}

/** What went wrong and what to do, for any error that a query or a click can end with. */
export function describeError(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem
  return {
    title: 'The control plane did not answer.',
    status: 0,
    detail: error instanceof Error ? error.message : '',
    code: '',
    nextStep: 'Check the network and that the control plane runs, then try again.',
    errors: [],
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isFieldProblem(value: unknown): value is { path: string; message: string } {
  return (
    isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
  )
}
