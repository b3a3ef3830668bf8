import { Injectable } from '@nestjs/common'
import type { BuiltInRole } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../common/http/page'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import type { Role } from '../generated/prisma/client'

export type RoleRecord = Role

export interface RoleFields {
  readonly name: string
  readonly description: string
  readonly permissions: string[]
}

@Injectable()
export class RolesRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(query: NamedPageQuery): Promise<RoleRecord[]> {
    return this.database.prisma.role.findMany(newestFirstNamed(query))
  }

  async find(id: string): Promise<RoleRecord | null> {
    return this.read(() => this.database.prisma.role.findUnique({ where: { id } }))
  }

  async findByName(name: string): Promise<RoleRecord | null> {
    return this.read(() => this.database.prisma.role.findUnique({ where: { name } }))
  }

  async create(tx: Transaction, id: string, fields: RoleFields): Promise<RoleRecord> {
    const created = tx.role.create({ data: { id, ...fields } })
    return this.keep(tx, await orConflict(`role ${fields.name}`, created))
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.role.findMany()
    return this.sealed.keepAll(tx, all.map(sealedRole))
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
    const [role] = await orConflict('a role of this name', changed)
    return role === undefined ? null : this.keep(tx, role)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const { count } = await tx.role.deleteMany({ where: { id, version, builtIn: false } })
    if (count === 1) this.sealed.drop(tx, 'role', id)
    return count === 1
  }

  /** Makes the built-in roles what the software says. True when something changed. */
  async syncBuiltIn(tx: Transaction, roles: readonly BuiltInRole[]): Promise<boolean> {
    const kept = await tx.role.findMany({ where: { builtIn: true } })
    let isChanged = false
    for (const { id, name, description, permissions } of roles) {
      const row = kept.find((role) => role.id === id)
      const isRight =
        row?.description === description && row.permissions.join() === permissions.join()
      if (isRight && (await this.sealed.isInForce(sealedRole(row), tx))) continue
      const fields = { name, description, permissions: [...permissions], builtIn: true }
      await this.keep(
        tx,
        await tx.role.upsert({ where: { id }, create: { id, ...fields }, update: fields }),
      )
      isChanged = true
    }
    return isChanged
  }

  private read(load: () => Promise<RoleRecord | null>): Promise<RoleRecord | null> {
    return this.sealed.readOne(load, sealedRole)
  }

  private async keep(tx: Transaction, role: RoleRecord): Promise<RoleRecord> {
    await this.sealed.keep(tx, sealedRole(role))
    return role
  }
}

export function sealedRole({ id, name, permissions }: RoleRecord): SealedRow {
  return { kind: 'role', id, fields: { id, name, permissions: [...permissions] } }
}
