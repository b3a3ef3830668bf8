import { AuthError } from '@wardgate/errors'
import type { JsonObject } from '../audit-port'
import { matchesPattern } from '../name-pattern'
import { type Permission, isScoped } from './permissions'

export interface IdentifiedPrincipal {
  readonly id: string
  readonly issuerId: string
  /** Name under which the issuer is registered. */
  readonly issuer: string
  readonly subject: string
  readonly kind: 'person' | 'workload'
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly claims: JsonObject
  readonly owner: string
}

/** What one role binding gives. */
export interface RoleGrant {
  readonly role: string
  readonly permissions: ReadonlySet<Permission>
  /** Name patterns of the connections it holds for; empty = all. */
  readonly connections: readonly string[]
}

export interface Actor {
  readonly id: string
  readonly name: string
}

/** Who is asking, proven by a credential that was verified; what it may do is as of the moment it was made. */
export interface Identity {
  readonly principal: IdentifiedPrincipal
  readonly grants: readonly RoleGrant[]
  readonly expiresAt: Date
  /** The connection that the credential was issued for; then it is good for nothing else. */
  readonly boundConnection?: string
  /** Who acts for the principal (RFC 8693 `act`). */
  readonly actor?: Actor
  /** Fingerprint of the registered public key that it was proven with. */
  readonly keyFingerprint?: string
  /** Serial number of the SSH certificate that it was proven with. */
  readonly certificateSerial?: string
  /** Present for console log-ins: what unsafe requests must send as X-Wardgate-CSRF. */
  readonly csrfToken?: string
}

/** Names of the roles that hold on this connection. */
export function rolesOn(grants: readonly RoleGrant[], connection: string): readonly string[] {
  const holding = grants.filter(
    ({ connections }) =>
      connections.length === 0 ||
      connections.some((pattern) => matchesPattern(pattern, connection)),
  )
  return [...new Set(holding.map(({ role }) => role))]
}

/** Everything that some grant gives, wherever it holds. */
export function permissionsOf(identity: Identity): readonly Permission[] {
  const all = identity.grants.flatMap((grant) => [...grant.permissions].filter(usable(grant)))
  return [...new Set(all)].sort()
}

function usable(grant: RoleGrant): (permission: Permission) => boolean {
  return (permission) => grant.connections.length === 0 || isScoped(permission)
}

/** Without `connection`: whether it is permitted at all, on whichever connection. */
export function isPermitted(
  identity: Identity,
  permission: Permission,
  connection?: string,
): boolean {
  const scope = connectionsFor(identity, permission)
  if (scope === 'all') return true
  return connection === undefined
    ? scope.length > 0
    : scope.some((pattern) => matchesPattern(pattern, connection))
}

/** The name patterns of the connections on which it is permitted; none = nowhere. */
export function connectionsFor(
  identity: Identity,
  permission: Permission,
): 'all' | readonly string[] {
  const giving = identity.grants.filter(
    (grant) => grant.permissions.has(permission) && usable(grant)(permission),
  )
  if (giving.some((grant) => grant.connections.length === 0)) return 'all'
  return giving.flatMap((grant) => grant.connections)
}

/** Throws ERR_AUTH_FORBIDDEN unless it is permitted. */
export function authorize(identity: Identity, permission: Permission, connection?: string): void {
  if (isPermitted(identity, permission, connection)) return
  const where = connection === undefined ? '' : ` on connection ${connection}`
  throw new AuthError(
    'ERR_AUTH_FORBIDDEN',
    `${identity.principal.name} lacks the permission ${permission}${where}`,
  )
}

/** Everybody may do it to what is its own; to what is others' only with the permission. */
export function authorizeOwnOr(
  identity: Identity,
  principalId: string,
  permission: Permission,
): void {
  if (identity.principal.id !== principalId) authorize(identity, permission)
}
