import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { catchError, type Observable } from 'rxjs'
import { InvalidRequest } from '../common/http/invalid-request'

/** Gives refusals of the token endpoint the `error` that OAuth clients read (RFC 6749 section 5.2, RFC 8693 section 2.2.2). */
@Injectable()
export class OAuthErrors implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        const oauthError = oauthErrorOf(error)
        throw oauthError === undefined ? error : Object.assign(error as object, { oauthError })
      }),
    )
  }
}

function oauthErrorOf(error: unknown): string | undefined {
  if (error instanceof AuthError) return authErrors[error.code] ?? 'invalid_request'
  if (!(error instanceof InvalidRequest) || 'oauthError' in error) return undefined
  const grant = error.problems.find(({ path }) => path === 'grant_type')
  const isOther = grant !== undefined && grant.message !== 'is missing'
  return isOther ? 'unsupported_grant_type' : 'invalid_request'
}

/** Codes that are no fault of the token that was sent. */
const authErrors: Partial<Record<string, string>> = {
  ERR_AUTH_FORBIDDEN: 'invalid_target',
  ERR_AUTH_ISSUER_UNREACHABLE: 'temporarily_unavailable',
  ERR_AUTH_RATE_LIMITED: 'temporarily_unavailable',
}
