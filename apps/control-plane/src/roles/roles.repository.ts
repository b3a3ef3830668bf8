import { Injectable } from '@nestjs/common'
import type { BuiltInRole } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../common/http/page'
import type { Role } from '../generated/prisma/client'

export type RoleRecord = Role

export interface RoleFields {
  readonly name: string
  readonly description: string
  readonly permissions: string[]
}

@Injectable()
export class RolesRepository {
  constructor(private readonly database: Database) {}

  list(query: NamedPageQuery): Promise<RoleRecord[]> {
    return this.database.prisma.role.findMany(newestFirstNamed(query))
  }

  find(id: string): Promise<RoleRecord | null> {
    return this.database.prisma.role.findUnique({ where: { id } })
  }

  findByName(name: string): Promise<RoleRecord | null> {
    return this.database.prisma.role.findUnique({ where: { name } })
  }

  create(tx: Transaction, id: string, fields: RoleFields): Promise<RoleRecord> {
    return orConflict(`role ${fields.name}`, tx.role.create({ data: { id, ...fields } }))
  }

  /** Null = there is none of this version. Built-in roles are never touched. */
  async update(
    tx: Transaction,
    id: string,
    version: number,
    fields: Partial<RoleFields>,
  ): Promise<RoleRecord | null> {
    const where = { id, version, builtIn: false }
    const data = { ...fields, version: { increment: 1 } }
    const changed = tx.role.updateManyAndReturn({ where, data })
    return (await orConflict('a role of this name', changed))[0] ?? null
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const { count } = await tx.role.deleteMany({ where: { id, version, builtIn: false } })
    return count === 1
  }

  /** Makes the built-in roles what the software says. True when something changed. */
  async syncBuiltIn(tx: Transaction, roles: readonly BuiltInRole[]): Promise<boolean> {
    const kept = await tx.role.findMany({ where: { builtIn: true } })
    const wrong = roles.filter(({ id, permissions, description }) => {
      const row = kept.find((role) => role.id === id)
      return row?.description !== description || row.permissions.join() !== permissions.join()
    })
    for (const { id, name, description, permissions } of wrong) {
      const fields = { name, description, permissions: [...permissions], builtIn: true }
      await tx.role.upsert({ where: { id }, create: { id, ...fields }, update: fields })
    }
    return wrong.length > 0
  }
}
