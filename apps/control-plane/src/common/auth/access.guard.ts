import { timingSafeEqual } from 'node:crypto'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { AuthError } from '@wardgate/errors'
import type { FastifyRequest } from 'fastify'
import { Authenticator } from './authenticator'
import { type Identity, isPermitted } from './identity'
import { type AuthenticatedRequest, type RouteAccess, routeAccessKey } from './route-access'

export const sessionCookie = 'wardgate_session'
export const csrfHeader = 'x-wardgate-csrf'
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Default deny: a route is reached only by whom its declaration names. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<RouteAccess | undefined>(routeAccessKey, context.getHandler())
    if (access === undefined) return false
    if (access.kind === 'public') return true
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>()
    const identity = await this.identify(request)
    request.identity = identity
    if (access.kind === 'authenticated') return true
    if (access.anyOf.some((permission) => isPermitted(identity, permission))) return true
    throw new AuthError(
      'ERR_AUTH_FORBIDDEN',
      `${identity.principal.name} lacks the permission ${access.anyOf.join(' or ')}`,
    )
  }

  private async identify(request: FastifyRequest): Promise<Identity> {
    const authorization = request.headers.authorization
    if (authorization !== undefined) {
      const rawToken = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
      if (rawToken === undefined)
        throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'Authorization is not `Bearer <token>`')
      return this.authenticator.authenticate(rawToken, { address: request.ip, surface: 'rest' })
    }
    const identity = await this.identifyByCookie(request)
    if (identity === undefined)
      throw new AuthError('ERR_AUTH_MISSING', 'the request carries no credential')
    return identity
  }

  private async identifyByCookie(request: FastifyRequest): Promise<Identity | undefined> {
    const rawCookie = request.cookies[sessionCookie]
    if (rawCookie === undefined) return undefined
    const identity = await this.authenticator.authenticateCookie(rawCookie)
    if (identity === undefined || safeMethods.has(request.method)) return identity
    if (!isSame(request.headers[csrfHeader], identity.csrfToken))
      throw new AuthError('ERR_AUTH_FORBIDDEN', 'the request lacks its X-Wardgate-CSRF token', {
        nextStep: 'Send the csrfToken of GET /v1/me as X-Wardgate-CSRF.',
      })
    return identity
  }
}

function isSame(sent: string | string[] | undefined, wanted: string | undefined): boolean {
  if (typeof sent !== 'string' || wanted === undefined) return false
  const [a, b] = [Buffer.from(sent), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
