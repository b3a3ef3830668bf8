import {
  errorCodes,
  type GatewayError,
  type GatewayErrorCode,
  nextStepOf,
  textForClients,
} from '@wardgate/errors'

const statuses: Partial<Record<GatewayErrorCode, number>> = {
  ERR_AUTH_MISSING: 401,
  ERR_AUTH_INVALID_TOKEN: 401,
  ERR_AUTH_EXPIRED_TOKEN: 401,
  ERR_AUTH_WRONG_AUDIENCE: 401,
  ERR_AUTH_RATE_LIMITED: 429,
  ERR_AUTH_TIMEOUT: 408,
  ERR_AUTH_ISSUER_UNREACHABLE: 503,
  ERR_POLICY_STALE: 409,
  ERR_REQUEST_NOT_FOUND: 404,
  ERR_TARGET_UNREACHABLE: 502,
  ERR_PROTOCOL_OVERSIZE: 413,
  ERR_PROTOCOL_UNSUPPORTED: 501,
  ERR_LIMIT_IDLE: 408,
}

const families: readonly (readonly [prefix: string, status: number])[] = [
  ['ERR_AUTH_', 403],
  ['ERR_POLICY_', 403],
  ['ERR_APPROVAL_', 403],
  ['ERR_TARGET_', 502],
  ['ERR_PROTOCOL_', 400],
  ['ERR_LIMIT_', 429],
  ['ERR_AUDIT_', 503],
  ['ERR_CONTROL_', 503],
  ['ERR_SESSION_', 503],
  ['ERR_REQUEST_', 400],
]

export function statusOf(code: GatewayErrorCode): number {
  return statuses[code] ?? families.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 500
}

export interface HeldApproval {
  readonly approvalId: string
  readonly url: string
}

export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ProblemContext {
  readonly operationId?: string
  /** Where HTTP has a word of its own for it. */
  readonly status?: number
  readonly approval?: HeldApproval
  /** The client prefers 202 to an error when it has to come again. */
  readonly isAsync?: boolean
}

/** What a client of a forward proxy is told when its token is missing or wrong. */
export function proxyProblem(problem: Problem): Problem {
  if (problem.status !== 401) return problem
  const { 'www-authenticate': _origin, ...headers } = problem.headers
  return {
    ...problem,
    status: 407,
    headers: { ...headers, 'proxy-authenticate': 'Basic realm="wardgate"' },
  }
}

/** Seconds after which a client may look whether its request was approved. */
const RETRY_SECONDS = 15

/** Nobody has held a call whose client did not want to wait. */
const waiting = 'The operation waits for approval; nothing of it has run.'

/**
 * An error as an RFC 9457 problem document. Models read it as the result of their tool call, so `detail` says what
 * happened and what to do. What must not be exposed is named by its code alone.
 */
export function problemOf(error: GatewayError, context: ProblemContext = {}): Problem {
  const isPending = error.code === 'ERR_APPROVAL_PENDING'
  const status =
    isPending && context.isAsync === true ? 202 : (context.status ?? statusOf(error.code))
  const next = nextStepOf(error)
  const body = {
    type: 'about:blank',
    title: status === 202 ? waiting : errorCodes[error.code].meaning,
    status,
    detail: textForClients(error),
    code: error.code,
    nextStep: next,
    retryable: error.retryable,
    ...(context.operationId === undefined ? {} : { operationId: context.operationId }),
    ...(context.approval === undefined
      ? {}
      : { approvalId: context.approval.approvalId, approvalUrl: context.approval.url }),
  }
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'wardgate-error': error.code,
      ...(isPending || status === 429 || status === 503
        ? { 'retry-after': String(RETRY_SECONDS) }
        : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="wardgate"' } : {}),
    },
    body: `${JSON.stringify(body)}\n`,
  }
}
