import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import type { Prisma } from '../generated/prisma/client'
import { sealedRole } from './roles.repository'

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
    private readonly sealed: SealedRows,
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
    return this.sealed.read(
      () => this.database.prisma.roleBinding.findMany({ where, include: withRole }),
      (found) => found.flatMap((binding) => [sealedBinding(binding), sealedRole(binding.role)]),
    )
  }

  /** Seals every binding as it stands. */
  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.roleBinding.findMany()
    return this.sealed.keepAll(tx, all.map(sealedBinding))
  }

  /** Bindings of this role that hold everywhere. */
  countUnscoped(tx: Transaction, roleName: string): Promise<number> {
    return tx.roleBinding.count({
      where: { role: { name: roleName }, connections: { isEmpty: true } },
    })
  }

  async create(tx: Transaction, id: string, fields: RoleBindingFields): Promise<RoleBindingRecord> {
    const created = tx.roleBinding.create({ data: { id, ...fields }, include: withRole })
    const binding = await orConflict('this role binding', created)
    await this.sealed.keep(tx, sealedBinding(binding))
    return binding
  }

  async delete(tx: Transaction, id: string): Promise<boolean> {
    const { count } = await tx.roleBinding.deleteMany({ where: { id } })
    if (count === 1) this.sealed.drop(tx, 'role-binding', id)
    return count === 1
  }

  /** Serialises changes of who administers, so that two of them cannot both believe another one is left. */
  async lock(tx: Transaction): Promise<void> {
    await tx.$executeRaw`LOCK TABLE role_bindings IN SHARE ROW EXCLUSIVE MODE`
  }
}

function sealedBinding(binding: RoleBindingFields & { readonly id: string }): SealedRow {
  const { id, roleId, subject, connections } = binding
  return {
    kind: 'role-binding',
    id,
    fields: { id, roleId, subject, connections: [...connections] },
  }
}
