import { Injectable } from '@nestjs/common'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { SealedRows } from '../common/sealing/sealed-rows'
import type { Prisma } from '../generated/prisma/client'
import { sealedIssuer } from '../identity/issuers/sealed-issuer'
import { absentPrincipal, sealedPrincipal } from './sealed-principal'

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
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(query: PageQuery, filter: PrincipalFilter): Promise<PrincipalRecord[]> {
    const page = newestFirst(query)
    const where = { ...definedOnly(filter), ...page.where }
    return this.database.prisma.principal.findMany({ ...page, where, include: withIssuer })
  }

  find(id: string): Promise<PrincipalRecord | null> {
    return this.sealed.read(
      () => this.database.prisma.principal.findUnique({ where: { id }, include: withIssuer }),
      (row) => (row === null ? [] : rowsOf(row)),
    )
  }

  findBySubject(issuerId: string, subject: string): Promise<PrincipalRecord | null> {
    const key = { issuerId, subject }
    const query = { where: { issuerId_subject: key }, include: withIssuer } as const
    return this.sealed.read(
      () => this.database.prisma.principal.findUnique(query),
      (row) => (row === null ? [absentPrincipal(key)] : rowsOf(row)),
    )
  }

  /** Does nothing when another request was first. */
  async createIfAbsent(
    tx: Transaction,
    key: { readonly id: string; readonly issuerId: string; readonly subject: string },
    fields: PrincipalFields,
    seenAt: Date,
  ): Promise<void> {
    const data = [{ ...key, ...toColumns(fields), lastSeenAt: seenAt }]
    const [created] = await tx.principal.createManyAndReturn({ data, skipDuplicates: true })
    if (created !== undefined) await this.sealed.keep(tx, sealedPrincipal(created))
  }

  async describe(
    tx: Transaction,
    id: string,
    fields: PrincipalFields,
    seenAt: Date,
  ): Promise<void> {
    const data = { ...toColumns(fields), lastSeenAt: seenAt }
    await this.sealed.keep(tx, sealedPrincipal(await tx.principal.update({ where: { id }, data })))
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
    const where = { id, version }
    const [row] = await tx.principal.updateManyAndReturn({ where, data, include: withIssuer })
    if (row === undefined) return null
    await this.sealed.keep(tx, sealedPrincipal(row))
    return row
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.principal.findMany()
    return this.sealed.keepAll(tx, all.map(sealedPrincipal))
  }
}

function rowsOf(row: PrincipalRecord) {
  return [sealedPrincipal(row), sealedIssuer(row.issuer)]
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
