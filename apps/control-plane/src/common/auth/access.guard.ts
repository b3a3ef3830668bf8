import { timingSafeEqual } from 'node:crypto'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { AuthError } from '@wardgate/errors'
import type { FastifyRequest } from 'fastify'
import { AuditLog } from '../audit-port'
import { BoundedMap } from '../bounded-map'
import { Clock } from '../clock'
import { Database } from '../database/database'
import { Authenticator } from './authenticator'
import { type Identity, isPermitted } from './identity'
import { type AuthenticatedRequest, type RouteAccess, routeAccessKey } from './route-access'

export const sessionCookie = 'wardgate_session'
export const csrfHeader = 'x-wardgate-csrf'
const loggedAgainMillis = 60_000
const mostRefused = 10_000
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Default deny: a route is reached only by whom its declaration names. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly refused = new BoundedMap<string, number>(mostRefused)

  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
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
    const permission = access.anyOf.join(' or ')
    await this.logRefusal(identity.principal.id, permission, request.method)
    throw new AuthError(
      'ERR_AUTH_FORBIDDEN',
      `${identity.principal.name} lacks the permission ${permission}`,
    )
  }

  /** The same refusal again within a minute is not logged again: nobody can flood the log by asking. */
  private async logRefusal(principalId: string, permission: string, method: string): Promise<void> {
    const key = `${principalId} ${permission} ${method}`
    const now = this.clock.now()
    if (now - (this.refused.get(key) ?? -Infinity) < loggedAgainMillis) return
    this.refused.set(key, now)
    const body = { permission, method }
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'access.refused', principalId, body }),
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
