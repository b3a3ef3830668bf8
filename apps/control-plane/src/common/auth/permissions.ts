/** Every permission there is. A role can name no other, and a route can ask for no other. */
export const permissions = [
  'issuers:read',
  'issuers:write',
  'principals:read',
  'principals:write',
  'roles:read',
  'roles:write',
  'connections:read',
  'connections:write',
  'connections:use',
  'tools:accept',
  'credentials:read',
  'credentials:write',
  'agents:read',
  'agents:write',
  'policies:read',
  'policies:write',
  'policies:activate',
  'approvals:read',
  'approvals:read-own',
  'approvals:vote',
  'sessions:read',
  'sessions:read-own',
  'sessions:kill',
  'recordings:read',
  'audit:read',
  'webhooks:read',
  'webhooks:write',
] as const

export type Permission = (typeof permissions)[number]

/** Permissions that a role binding can narrow to some connections. A narrowed binding gives none of the others. */
const scoped: ReadonlySet<Permission> = new Set<Permission>([
  'connections:read',
  'connections:use',
  'tools:accept',
  'approvals:read',
  'approvals:read-own',
  'approvals:vote',
  'sessions:read',
  'sessions:read-own',
  'sessions:kill',
  'recordings:read',
])

export function isScoped(permission: Permission): boolean {
  return scoped.has(permission)
}

export interface BuiltInRole {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly permissions: readonly Permission[]
}

const notForAdministrators: ReadonlySet<Permission> = new Set<Permission>([
  'approvals:vote',
  'connections:use',
])

/** Roles that exist from the first start and cannot be changed. Who administers can neither use nor approve. */
export const builtInRoles: readonly BuiltInRole[] = [
  {
    id: '00000000-0000-7000-8000-000000000001',
    name: 'admin',
    description: 'Administers everything; can neither approve nor use connections.',
    permissions: permissions.filter((permission) => !notForAdministrators.has(permission)),
  },
  {
    id: '00000000-0000-7000-8000-000000000002',
    name: 'approver',
    description: 'Sees and decides approval requests.',
    permissions: ['approvals:read', 'approvals:vote', 'sessions:read'],
  },
  {
    id: '00000000-0000-7000-8000-000000000003',
    name: 'auditor',
    description: 'Reads everything, recordings and the audit log included; changes nothing.',
    permissions: permissions.filter((permission) => permission.endsWith(':read')),
  },
  {
    id: '00000000-0000-7000-8000-000000000004',
    name: 'user',
    description: 'Uses connections and sees its own sessions and approval requests.',
    permissions: ['connections:use', 'sessions:read-own', 'approvals:read-own'],
  },
]
