import { Injectable } from '@nestjs/common'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import type { Prisma } from '../generated/prisma/client'

export interface PrincipalFields {
  readonly kind: 'person' | 'workload'
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly claims: JsonObject
  readonly owner: string
}

export interface PrincipalFilter {
  readonly issuerId?: string | undefined
  readonly kind?: 'person' | 'workload' | undefined
  readonly name?: string | undefined
  readonly subject?: string | undefined
  readonly disabled?: boolean | undefined
}

const withIssuer = { issuer: true } as const

export type PrincipalRecord = Prisma.PrincipalGetPayload<{ include: typeof withIssuer }>

@Injectable()
export class PrincipalsRepository {
  constructor(private readonly database: Database) {}

  list(query: PageQuery, filter: PrincipalFilter): Promise<PrincipalRecord[]> {
    const page = newestFirst(query)
    const where = { ...definedOnly(filter), ...page.where }
    return this.database.prisma.principal.findMany({ ...page, where, include: withIssuer })
  }

  find(id: string): Promise<PrincipalRecord | null> {
    return this.database.prisma.principal.findUnique({ where: { id }, include: withIssuer })
  }

  findBySubject(issuerId: string, subject: string): Promise<PrincipalRecord | null> {
    const where = { issuerId_subject: { issuerId, subject } }
    return this.database.prisma.principal.findUnique({ where, include: withIssuer })
  }

  /** Does nothing when another request was first. */
  async createIfAbsent(
    tx: Transaction,
    key: { readonly id: string; readonly issuerId: string; readonly subject: string },
    fields: PrincipalFields,
    seenAt: Date,
  ): Promise<void> {
    const data = [{ ...key, ...toColumns(fields), lastSeenAt: seenAt }]
    await tx.principal.createMany({ data, skipDuplicates: true })
  }

  async describe(
    tx: Transaction,
    id: string,
    fields: PrincipalFields,
    seenAt: Date,
  ): Promise<void> {
    await tx.principal.update({ where: { id }, data: { ...toColumns(fields), lastSeenAt: seenAt } })
  }

  async touch(id: string, seenAt: Date): Promise<void> {
    await this.database.prisma.principal.updateMany({
      where: { id, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: seenAt } }] },
      data: { lastSeenAt: seenAt },
    })
  }

  /** Null = there is none of this version. */
  async setDisabled(
    tx: Transaction,
    id: string,
    version: number,
    disabled: boolean,
  ): Promise<PrincipalRecord | null> {
    const data = { disabled, version: { increment: 1 } }
    const { count } = await tx.principal.updateMany({ where: { id, version }, data })
    if (count === 0) return null
    return tx.principal.findUnique({ where: { id }, include: withIssuer })
  }

  async endConsoleSessions(tx: Transaction, principalId: string): Promise<void> {
    await tx.consoleSession.deleteMany({ where: { principalId } })
  }
}

function toColumns({ kind, name, email, groups, claims, owner }: PrincipalFields) {
  return { kind, name, email, groups: [...groups], claims: { ...claims }, owner }
}

function definedOnly(filter: PrincipalFilter) {
  return {
    ...(filter.issuerId === undefined ? {} : { issuerId: filter.issuerId }),
    ...(filter.kind === undefined ? {} : { kind: filter.kind }),
    ...(filter.name === undefined ? {} : { name: filter.name }),
    ...(filter.subject === undefined ? {} : { subject: filter.subject }),
    ...(filter.disabled === undefined ? {} : { disabled: filter.disabled }),
  }
}
