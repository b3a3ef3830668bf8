import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { type NamedPageQuery, toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import { withoutUndefined } from '../common/without-undefined'
import type { CreateRole, UpdateRole } from './roles.dto'
import { type RoleRecord, RolesRepository } from './roles.repository'

@Injectable()
export class RolesService {
  constructor(
    private readonly roles: RolesRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  async list(query: NamedPageQuery) {
    return toPage(await this.roles.list(query), query, (role) => role.id, toAnswer)
  }

  async get(id: string) {
    return toAnswer(await this.require(id))
  }

  async create(by: IdentifiedPrincipal, input: CreateRole) {
    const created = await this.database.transaction(async (tx) => {
      const role = await this.roles.create(tx, uuid(), input)
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('role.created', by, role))
      return role
    })
    return toAnswer(created)
  }

  async update(by: IdentifiedPrincipal, id: string, version: number, input: UpdateRole) {
    refuseBuiltIn(await this.require(id))
    const updated = await this.database.transaction(async (tx) => {
      const role = await this.roles.update(tx, id, version, withoutUndefined(input))
      if (role === null) throw new StaleVersion('the role')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('role.updated', by, role))
      return role
    })
    return toAnswer(updated)
  }

  /** Its bindings go with it. */
  async delete(by: IdentifiedPrincipal, id: string, version: number): Promise<void> {
    const role = await this.require(id)
    refuseBuiltIn(role)
    await this.database.transaction(async (tx) => {
      if (!(await this.roles.delete(tx, id, version))) throw new StaleVersion('the role')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('role.deleted', by, role))
    })
  }

  private async require(id: string): Promise<RoleRecord> {
    const role = await this.roles.find(id)
    if (role === null) throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no role ${id}`)
    return role
  }
}

function refuseBuiltIn(role: RoleRecord): void {
  if (role.builtIn)
    throw new RequestError('ERR_REQUEST_CONFLICT', `role ${role.name} is built in`, {
      nextStep: 'Make a role of your own and bind that.',
    })
}

function toAnswer(role: RoleRecord) {
  return {
    ...role,
    createdAt: role.createdAt.toISOString(),
    updatedAt: role.updatedAt.toISOString(),
  }
}

function entry(kind: string, by: IdentifiedPrincipal, role: RoleRecord) {
  const { id, name, description, permissions, version } = role
  return {
    kind,
    principalId: by.id,
    body: { role: { id, name, description, permissions, version } },
  }
}
