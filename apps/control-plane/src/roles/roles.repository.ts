import { Injectable } from '@nestjs/common'
import type { BuiltInRole } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../common/http/page'
import { RowSeals } from '../common/sealing/row-seals'
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
    private readonly seals: RowSeals,
  ) {}

  list(query: NamedPageQuery): Promise<RoleRecord[]> {
    return this.database.prisma.role.findMany(newestFirstNamed(query))
  }

  async find(id: string): Promise<RoleRecord | null> {
    return this.sealed(await this.database.prisma.role.findUnique({ where: { id } }))
  }

  async findByName(name: string): Promise<RoleRecord | null> {
    return this.sealed(await this.database.prisma.role.findUnique({ where: { name } }))
  }

  async create(tx: Transaction, id: string, fields: RoleFields): Promise<RoleRecord> {
    const seal = await this.sealOf({ id, ...fields })
    return orConflict(`role ${fields.name}`, tx.role.create({ data: { id, ...fields, seal } }))
  }

  /** Throws when somebody else than the control plane wrote the role. */
  requireSealed(role: RoleRecord): Promise<void> {
    return this.seals.require('role', role.id, sealedFields(role), role.seal)
  }

  /** Seals it as it stands. */
  async reseal(tx: Transaction, role: Pick<RoleRecord, 'id' | 'name' | 'permissions'>) {
    return tx.role.update({ where: { id: role.id }, data: { seal: await this.sealOf(role) } })
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.role.findMany()
    for (const role of all) await this.reseal(tx, role)
    return all.length
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
    return role === undefined ? null : this.reseal(tx, role)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const { count } = await tx.role.deleteMany({ where: { id, version, builtIn: false } })
    return count === 1
  }

  /** Makes the built-in roles what the software says. True when something changed. */
  async syncBuiltIn(tx: Transaction, roles: readonly BuiltInRole[]): Promise<boolean> {
    const kept = await tx.role.findMany({ where: { builtIn: true } })
    const seals = await Promise.all(roles.map((role) => this.sealOf(role)))
    const wrong = roles.filter(({ id, permissions, description }, at) => {
      const row = kept.find((role) => role.id === id)
      const isSealed = row?.seal != null && Buffer.from(seals[at] ?? []).equals(row.seal)
      return (
        !isSealed ||
        row.description !== description ||
        row.permissions.join() !== permissions.join()
      )
    })
    for (const { id, name, description, permissions } of wrong) {
      const seal = await this.sealOf({ id, name, permissions })
      const fields = { name, description, permissions: [...permissions], builtIn: true, seal }
      await tx.role.upsert({ where: { id }, create: { id, ...fields }, update: fields })
    }
    return wrong.length > 0
  }

  private async sealed(role: RoleRecord | null): Promise<RoleRecord | null> {
    if (role !== null) await this.requireSealed(role)
    return role
  }

  private sealOf(role: Sealable) {
    return this.seals.seal('role', sealedFields(role))
  }
}

interface Sealable {
  readonly id: string
  readonly name: string
  readonly permissions: readonly string[]
}

function sealedFields({ id, name, permissions }: Sealable) {
  return { id, name, permissions: [...permissions] }
}
