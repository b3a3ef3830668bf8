import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { RowSeals } from '../common/sealing/row-seals'
import type { Prisma } from '../generated/prisma/client'
import { RolesRepository } from './roles.repository'

const withRole = { role: true } as const

export type RoleBindingRecord = Prisma.RoleBindingGetPayload<{ include: typeof withRole }>

export interface RoleBindingFields {
  readonly roleId: string
  readonly subject: string
  readonly connections: string[]
}

@Injectable()
export class RoleBindingsRepository {
  constructor(
    private readonly database: Database,
    private readonly roles: RolesRepository,
    private readonly seals: RowSeals,
  ) {}

  list(
    query: PageQuery,
    filter: { readonly roleId?: string | undefined; readonly subject?: string | undefined },
  ): Promise<RoleBindingRecord[]> {
    const page = newestFirst(query)
    const where = {
      ...page.where,
      ...(filter.roleId === undefined ? {} : { roleId: filter.roleId }),
      ...(filter.subject === undefined ? {} : { subject: filter.subject }),
    }
    return this.database.prisma.roleBinding.findMany({ ...page, where, include: withRole })
  }

  find(id: string): Promise<RoleBindingRecord | null> {
    return this.database.prisma.roleBinding.findUnique({ where: { id }, include: withRole })
  }

  /** What gives these subjects their rights. Throws when one of the rows was not written by the control plane. */
  async findBySubjects(subjects: readonly string[]): Promise<RoleBindingRecord[]> {
    const where = { subject: { in: [...subjects] } }
    const found = await this.database.prisma.roleBinding.findMany({ where, include: withRole })
    for (const binding of found) {
      const { id, role, seal } = binding
      await this.seals.require('role-binding', id, sealedFields(binding), seal)
      await this.roles.requireSealed(role)
    }
    return found
  }

  /** Seals every binding as it stands. */
  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.roleBinding.findMany()
    for (const binding of all) {
      const seal = await this.seals.seal('role-binding', sealedFields(binding))
      await tx.roleBinding.update({ where: { id: binding.id }, data: { seal } })
    }
    return all.length
  }

  /** Bindings of this role that hold everywhere. */
  countUnscoped(tx: Transaction, roleName: string): Promise<number> {
    return tx.roleBinding.count({
      where: { role: { name: roleName }, connections: { isEmpty: true } },
    })
  }

  async create(tx: Transaction, id: string, fields: RoleBindingFields): Promise<RoleBindingRecord> {
    const seal = await this.seals.seal('role-binding', sealedFields({ id, ...fields }))
    const created = tx.roleBinding.create({ data: { id, ...fields, seal }, include: withRole })
    return orConflict('this role binding', created)
  }

  async delete(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.roleBinding.deleteMany({ where: { id } })).count === 1
  }

  /** Serialises changes of who administers, so that two of them cannot both believe another one is left. */
  async lock(tx: Transaction): Promise<void> {
    await tx.$executeRaw`LOCK TABLE role_bindings IN SHARE ROW EXCLUSIVE MODE`
  }
}

function sealedFields({ id, roleId, subject, connections }: RoleBindingFields & { id: string }) {
  return { id, roleId, subject, connections: [...connections] }
}
