import { errorCodes, type GatewayError, type GatewayErrorCode, nextStepOf } from '@wardgate/errors'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { type FieldProblem, InvalidRequest } from './invalid-request'
import { MissingPrecondition } from './precondition'

export const problemType = 'application/problem+json; charset=utf-8'

/** RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: GatewayErrorCode
  readonly nextStep: string
  readonly errors?: readonly FieldProblem[]
  /** RFC 6749 section 5.2, where the token endpoint has a code for it. */
  readonly error?: string
}

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  nextStep: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  error: z.string().optional().describe('RFC 6749 error code of the token endpoint.'),
})

/** HTTP statuses of error codes; every other code is 500: it is no answer to a request. */
const statuses: Partial<Record<GatewayErrorCode, number>> = {
  ERR_AUTH_MISSING: 401,
  ERR_AUTH_INVALID_TOKEN: 401,
  ERR_AUTH_EXPIRED_TOKEN: 401,
  ERR_AUTH_WRONG_AUDIENCE: 401,
  ERR_AUTH_ISSUER_UNREACHABLE: 503,
  ERR_AUTH_FORBIDDEN: 403,
  ERR_AUTH_RATE_LIMITED: 429,
  ERR_AUTH_TIMEOUT: 408,
  ERR_POLICY_DENIED: 403,
  ERR_POLICY_STALE: 409,
  ERR_POLICY_UNSUPPORTED_CAPABILITY: 400,
  ERR_POLICY_INVALID: 400,
  ERR_APPROVAL_PENDING: 409,
  ERR_APPROVAL_REJECTED: 409,
  ERR_APPROVAL_EXPIRED: 409,
  ERR_APPROVAL_CANCELLED: 409,
  ERR_APPROVAL_STALE: 409,
  ERR_APPROVAL_LIMIT: 429,
  ERR_AUDIT_UNAVAILABLE: 503,
  ERR_CONTROL_UNAVAILABLE: 503,
  ERR_REQUEST_INVALID: 400,
  ERR_REQUEST_NOT_FOUND: 404,
  ERR_REQUEST_METHOD: 405,
  ERR_REQUEST_MEDIA_TYPE: 415,
  ERR_REQUEST_CONFLICT: 409,
  ERR_REQUEST_PRECONDITION: 412,
  ERR_REQUEST_OVERSIZE: 413,
  ERR_REQUEST_RATE_LIMITED: 429,
}

export function statusOf(error: GatewayError): number {
  if (error instanceof MissingPrecondition) return 428
  return statuses[error.code] ?? 500
}

/** The problem document of an error; what is not meant for the caller is not in it. */
export function toProblem(error: GatewayError, requestId: string): Problem {
  return {
    type: `urn:wardgate:error:${error.code}`,
    title: errorCodes[error.code].meaning,
    status: statusOf(error),
    detail: error.expose ? error.message : 'Wardgate failed to answer this request.',
    instance: `urn:uuid:${requestId}`,
    code: error.code,
    nextStep: nextStepOf(error),
    ...(error instanceof InvalidRequest ? { errors: error.problems } : {}),
    ...('oauthError' in error && typeof error.oauthError === 'string'
      ? { error: error.oauthError }
      : {}),
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .header('Content-Type', problemType)
    .send(JSON.stringify(problem))
}
