import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import { orConflict } from '../../common/database/prisma-errors'
import type { Transaction } from '../../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../../common/http/page'
import type { Bytes } from '../../common/sealing/envelope'
import { RowSeals } from '../../common/sealing/row-seals'
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
  constructor(
    private readonly database: Database,
    private readonly seals: RowSeals,
  ) {}

  list(query: NamedPageQuery): Promise<Issuer[]> {
    return this.database.prisma.issuer.findMany(newestFirstNamed(query))
  }

  async find(id: string): Promise<Issuer | null> {
    return this.sealed(await this.database.prisma.issuer.findUnique({ where: { id } }))
  }

  /** Whose tokens are believed. Throws when the row was not written by the control plane. */
  async findByUrl(url: string): Promise<Issuer | null> {
    return this.sealed(await this.database.prisma.issuer.findUnique({ where: { issuer: url } }))
  }

  /** Seals every issuer as it stands. */
  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.issuer.findMany()
    for (const issuer of all) await this.reseal(tx, issuer)
    return all.length
  }

  async findByName(name: string): Promise<Issuer | null> {
    return this.sealed(await this.database.prisma.issuer.findUnique({ where: { name } }))
  }

  /** Issuers that people can log in with, oldest first. */
  async listForLogin(): Promise<Issuer[]> {
    const where = { enabled: true, clientId: { not: '' } }
    const found = await this.database.prisma.issuer.findMany({
      where,
      orderBy: { id: 'asc' },
      take: 50,
    })
    for (const issuer of found) await this.sealed(issuer)
    return found
  }

  async create(tx: Transaction, id: string, fields: IssuerFields): Promise<Issuer> {
    const seal = await this.seals.seal('issuer', sealedFields({ id, ...fields }))
    const created = tx.issuer.create({ data: { id, ...fields, seal } })
    return orConflict(`issuer ${fields.name}`, created)
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
    return issuer === undefined ? null : this.reseal(tx, issuer)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const deleted = tx.issuer.deleteMany({ where: { id, version } })
    return (await orConflict('the issuer', deleted)).count === 1
  }

  private async sealed(issuer: Issuer | null): Promise<Issuer | null> {
    if (issuer !== null)
      await this.seals.require('issuer', issuer.id, sealedFields(issuer), issuer.seal)
    return issuer
  }

  private async reseal(tx: Transaction, issuer: Issuer): Promise<Issuer> {
    const seal = await this.seals.seal('issuer', sealedFields(issuer))
    return tx.issuer.update({ where: { id: issuer.id }, data: { seal } })
  }
}

type Sealable = Pick<
  Issuer,
  | 'id'
  | 'name'
  | 'issuer'
  | 'audiences'
  | 'algorithms'
  | 'groupClaims'
  | 'clientId'
  | 'personClaim'
  | 'ownerClaim'
  | 'enabled'
>

function sealedFields(issuer: Sealable) {
  const { id, name, audiences, algorithms, groupClaims, clientId, personClaim, ownerClaim } = issuer
  const { issuer: url, enabled } = issuer
  const lists = {
    audiences: [...audiences],
    algorithms: [...algorithms],
    groupClaims: [...groupClaims],
  }
  return { id, name, url, ...lists, clientId, personClaim, ownerClaim, enabled }
}
