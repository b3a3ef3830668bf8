import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import type { Prisma } from '../generated/prisma/client'

const withRole = { role: true } as const

export type RoleBindingRecord = Prisma.RoleBindingGetPayload<{ include: typeof withRole }>

export interface RoleBindingFields {
  readonly roleId: string
  readonly subject: string
  readonly connections: string[]
}

@Injectable()
export class RoleBindingsRepository {
  constructor(private readonly database: Database) {}

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

  findBySubjects(subjects: readonly string[]): Promise<RoleBindingRecord[]> {
    const where = { subject: { in: [...subjects] } }
    return this.database.prisma.roleBinding.findMany({ where, include: withRole })
  }

  /** Bindings of this role that hold everywhere. */
  countUnscoped(tx: Transaction, roleName: string): Promise<number> {
    return tx.roleBinding.count({
      where: { role: { name: roleName }, connections: { isEmpty: true } },
    })
  }

  create(tx: Transaction, id: string, fields: RoleBindingFields): Promise<RoleBindingRecord> {
    const created = tx.roleBinding.create({ data: { id, ...fields }, include: withRole })
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
