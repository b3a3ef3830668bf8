import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import type { IdentifiedPrincipal, Identity } from './identity'
import type { Permission } from './permissions'

/** Who may call a route. A route without one makes the application refuse to start. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'permission'; readonly anyOf: readonly Permission[] }

export const routeAccessKey = 'wardgate:access'

/** Holders of any of these permissions; what a narrowed role binding holds for is the service's to check. */
export const RequirePermission = (...anyOf: [Permission, ...Permission[]]) =>
  SetMetadata(routeAccessKey, { kind: 'permission', anyOf } satisfies RouteAccess)

/** Whoever has a valid credential. */
export const Authenticated = () =>
  SetMetadata(routeAccessKey, { kind: 'authenticated' } satisfies RouteAccess)

/** Everybody. */
export const Public = () => SetMetadata(routeAccessKey, { kind: 'public' } satisfies RouteAccess)

export interface AuthenticatedRequest extends FastifyRequest {
  identity?: Identity
}

export function identityOf(request: AuthenticatedRequest): Identity {
  if (request.identity === undefined) throw new Error('the route has no authenticated caller')
  return request.identity
}

export const CurrentIdentity = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Identity =>
    identityOf(context.switchToHttp().getRequest<AuthenticatedRequest>()),
)

export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): IdentifiedPrincipal =>
    identityOf(context.switchToHttp().getRequest<AuthenticatedRequest>()).principal,
)
