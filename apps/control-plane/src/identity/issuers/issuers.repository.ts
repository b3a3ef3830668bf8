import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import { orConflict } from '../../common/database/prisma-errors'
import type { Transaction } from '../../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../../common/http/page'
import type { Bytes } from '../../common/sealing/envelope'
import { SealedRows } from '../../common/sealing/sealed-rows'
import type { Issuer } from './issuer'
import { sealedIssuer } from './sealed-issuer'

export interface IssuerFields {
  readonly name: string
  readonly issuer: string
  readonly audiences: string[]
  readonly algorithms: string[]
  readonly groupClaims: string[]
  readonly clientId: string
  readonly clientSecret?: Bytes | null
  readonly personClaim: string
  readonly ownerClaim: string
  readonly enabled: boolean
}

@Injectable()
export class IssuersRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(query: NamedPageQuery): Promise<Issuer[]> {
    return this.database.prisma.issuer.findMany(newestFirstNamed(query))
  }

  async find(id: string): Promise<Issuer | null> {
    return this.read(() => this.database.prisma.issuer.findUnique({ where: { id } }))
  }

  /** Whose tokens are believed. Throws when the row was not written by the control plane. */
  async findByUrl(url: string): Promise<Issuer | null> {
    return this.read(() => this.database.prisma.issuer.findUnique({ where: { issuer: url } }))
  }

  /** Seals every issuer as it stands. */
  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.issuer.findMany()
    return this.sealed.keepAll(tx, all.map(sealedIssuer))
  }

  async findByName(name: string): Promise<Issuer | null> {
    return this.read(() => this.database.prisma.issuer.findUnique({ where: { name } }))
  }

  /** Issuers that people can log in with, oldest first. */
  async listForLogin(): Promise<Issuer[]> {
    const where = { enabled: true, clientId: { not: '' } }
    const query = { where, orderBy: { id: 'asc' }, take: 50 } as const
    return this.sealed.read(
      () => this.database.prisma.issuer.findMany(query),
      (found) => found.map(sealedIssuer),
    )
  }

  async create(tx: Transaction, id: string, fields: IssuerFields): Promise<Issuer> {
    const created = tx.issuer.create({ data: { id, ...fields } })
    return this.keep(tx, await orConflict('an issuer of this name or URL', created))
  }

  /** Null = there is none of this version. */
  async update(
    tx: Transaction,
    id: string,
    version: number,
    fields: Partial<IssuerFields>,
  ): Promise<Issuer | null> {
    const data = { ...fields, version: { increment: 1 } }
    const changed = tx.issuer.updateManyAndReturn({ where: { id, version }, data })
    const [issuer] = await orConflict('an issuer of this name or URL', changed)
    return issuer === undefined ? null : this.keep(tx, issuer)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const deleted = tx.issuer.deleteMany({ where: { id, version } })
    const { count } = await orConflict('the issuer', deleted)
    if (count === 1) this.sealed.drop(tx, 'issuer', id)
    return count === 1
  }

  private read(load: () => Promise<Issuer | null>): Promise<Issuer | null> {
    return this.sealed.readOne(load, sealedIssuer)
  }

  private async keep(tx: Transaction, issuer: Issuer): Promise<Issuer> {
    await this.sealed.keep(tx, sealedIssuer(issuer))
    return issuer
  }
}
