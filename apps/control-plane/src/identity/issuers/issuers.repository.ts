import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import { orConflict } from '../../common/database/prisma-errors'
import type { Transaction } from '../../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../../common/http/page'
import type { Bytes } from '../../common/sealing/envelope'
import type { Issuer } from './issuer'

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
  constructor(private readonly database: Database) {}

  list(query: NamedPageQuery): Promise<Issuer[]> {
    return this.database.prisma.issuer.findMany(newestFirstNamed(query))
  }

  find(id: string): Promise<Issuer | null> {
    return this.database.prisma.issuer.findUnique({ where: { id } })
  }

  findByUrl(issuer: string): Promise<Issuer | null> {
    return this.database.prisma.issuer.findUnique({ where: { issuer } })
  }

  findByName(name: string): Promise<Issuer | null> {
    return this.database.prisma.issuer.findUnique({ where: { name } })
  }

  /** Issuers that people can log in with, oldest first. */
  listForLogin(): Promise<Issuer[]> {
    const where = { enabled: true, clientId: { not: '' } }
    return this.database.prisma.issuer.findMany({ where, orderBy: { id: 'asc' }, take: 50 })
  }

  create(tx: Transaction, id: string, fields: IssuerFields): Promise<Issuer> {
    return orConflict(`issuer ${fields.name}`, tx.issuer.create({ data: { id, ...fields } }))
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
    return (await orConflict('an issuer of this name or URL', changed))[0] ?? null
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const deleted = tx.issuer.deleteMany({ where: { id, version } })
    return (await orConflict('the issuer', deleted)).count === 1
  }
}
