import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal, RoleGrant } from '../common/auth/identity'
import { type Permission, permissions } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { InvalidRequest } from '../common/http/invalid-request'
import { toPage } from '../common/http/page'
import { type RoleBindingRecord, RoleBindingsRepository } from './role-bindings.repository'
import type { CreateRoleBinding, RoleBindingQuery } from './roles.dto'
import { RolesRepository } from './roles.repository'
import { type Selectable, subjectsOf } from './subject'

const administrators = 'admin'
const known: ReadonlySet<string> = new Set(permissions)

@Injectable()
export class RoleBindingsService {
  constructor(
    private readonly bindings: RoleBindingsRepository,
    private readonly roles: RolesRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  /** What the principal may do, as of now. */
  async grantsOf(principal: Selectable): Promise<readonly RoleGrant[]> {
    const bindings = await this.bindings.findBySubjects(subjectsOf(principal))
    return bindings.map(({ role, connections }) => ({
      role: role.name,
      permissions: new Set(role.permissions.filter(isKnown)),
      connections,
    }))
  }

  async list(query: RoleBindingQuery) {
    const rows = await this.bindings.list(query, query)
    return toPage(rows, query, (binding) => binding.id, toAnswer)
  }

  async get(id: string) {
    return toAnswer(await this.require(id))
  }

  async create(by: IdentifiedPrincipal, input: CreateRoleBinding) {
    const role = await this.roles.findByName(input.role)
    if (role === null) throw new InvalidRequest([{ path: 'role', message: 'is not a role' }])
    const fields = {
      roleId: role.id,
      subject: input.subject,
      connections: [...new Set(input.connections)].sort(),
    }
    const created = await this.database.transaction(async (tx) => {
      const binding = await this.bindings.create(tx, uuid(), fields)
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('role-binding.created', by, binding))
      return binding
    })
    return toAnswer(created)
  }

  /** The last binding of the role admin stays: else nobody could ever administer again. */
  async delete(by: IdentifiedPrincipal, id: string): Promise<void> {
    const binding = await this.require(id)
    await this.database.transaction(async (tx) => {
      await this.bindings.lock(tx)
      if (!(await this.bindings.delete(tx, id))) throw notFound(id)
      const isAdministrators = binding.role.name === administrators
      if (isAdministrators && (await this.bindings.countUnscoped(tx, administrators)) === 0)
        throw new RequestError('ERR_REQUEST_CONFLICT', 'this is the last binding of the role admin')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('role-binding.deleted', by, binding))
    })
  }

  private async require(id: string): Promise<RoleBindingRecord> {
    const binding = await this.bindings.find(id)
    if (binding === null) throw notFound(id)
    return binding
  }
}

function isKnown(permission: string): permission is Permission {
  return known.has(permission)
}

function notFound(id: string): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `there is no role binding ${id}`)
}

function toAnswer({ id, roleId, role, subject, connections, createdAt }: RoleBindingRecord) {
  return { id, roleId, role: role.name, subject, connections, createdAt: createdAt.toISOString() }
}

function entry(kind: string, by: IdentifiedPrincipal, binding: RoleBindingRecord) {
  const { id, subject, connections, role } = binding
  return {
    kind,
    principalId: by.id,
    body: { roleBinding: { id, role: role.name, subject, connections } },
  }
}
