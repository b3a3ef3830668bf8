import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog, type JsonObject } from '../../common/audit-port'
import type { IdentifiedPrincipal } from '../../common/auth/identity'
import { Database } from '../../common/database/database'
import { EpochService } from '../../common/epoch/epoch.service'
import { InvalidRequest } from '../../common/http/invalid-request'
import { type NamedPageQuery, toPage } from '../../common/http/page'
import { StaleVersion } from '../../common/http/precondition'
import type { Bytes } from '../../common/sealing/envelope'
import { packSealed, SealService, unpackSealed } from '../../common/sealing/seal.service'
import { withoutUndefined } from '../../common/without-undefined'
import { Config } from '../../config/config'
import type { Issuer } from './issuer'
import type { CreateIssuer, UpdateIssuer } from './issuers.dto'
import { type IssuerFields, IssuersRepository } from './issuers.repository'

@Injectable()
export class IssuersService {
  constructor(
    private readonly issuers: IssuersRepository,
    private readonly database: Database,
    private readonly seals: SealService,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  async list(query: NamedPageQuery) {
    return toPage(await this.issuers.list(query), query, (issuer) => issuer.id, toAnswer)
  }

  async get(id: string) {
    return toAnswer(await this.require(id))
  }

  async create(by: IdentifiedPrincipal, input: CreateIssuer) {
    this.refuseOwnUrl(input.issuer)
    const id = uuid()
    const clientSecret = await this.sealSecret(id, input.clientSecret)
    const fields = { ...input, clientSecret }
    const created = await this.database.transaction(async (tx) => {
      const issuer = await this.issuers.create(tx, id, fields)
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('issuer.created', by, issuer))
      return issuer
    })
    return toAnswer(created)
  }

  async update(by: IdentifiedPrincipal, id: string, version: number, input: UpdateIssuer) {
    if (input.issuer !== undefined) this.refuseOwnUrl(input.issuer)
    await this.require(id)
    const { clientSecret, ...rest } = input
    const fields: Partial<IssuerFields> = {
      ...withoutUndefined(rest),
      ...(clientSecret === undefined
        ? {}
        : { clientSecret: await this.sealSecret(id, clientSecret) }),
    }
    const updated = await this.database.transaction(async (tx) => {
      const issuer = await this.issuers.update(tx, id, version, fields)
      if (issuer === null) throw new StaleVersion('the issuer')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('issuer.updated', by, issuer))
      return issuer
    })
    return toAnswer(updated)
  }

  /** Refused while it has principals: what they did must stay attributable. Disable it instead. */
  async delete(by: IdentifiedPrincipal, id: string, version: number): Promise<void> {
    const issuer = await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.issuers.delete(tx, id, version))) throw new StaleVersion('the issuer')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('issuer.deleted', by, issuer))
    })
  }

  async openClientSecret(issuer: Issuer): Promise<string | undefined> {
    if (issuer.clientSecret === null) return undefined
    const opened = await this.seals.open(unpackSealed(issuer.clientSecret), associated(issuer.id))
    return Buffer.from(opened).toString('utf8')
  }

  private async require(id: string): Promise<Issuer> {
    const issuer = await this.issuers.find(id)
    if (issuer === null) throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no issuer ${id}`)
    return issuer
  }

  private async sealSecret(id: string, secret: string | null): Promise<Bytes | null> {
    if (secret === null) return null
    return packSealed(await this.seals.seal(Buffer.from(secret), associated(id)))
  }

  /** Tokens of this issuer are ours to make; a foreign issuer of that name would be taken for us. */
  private refuseOwnUrl(issuer: string): void {
    if (issuer.replace(/\/+$/, '') === this.config.publicUrl)
      throw new InvalidRequest([{ path: 'issuer', message: "is Wardgate's own" }])
  }
}

function associated(id: string): string {
  return `issuer:${id}:client-secret`
}

function toAnswer(issuer: Issuer) {
  return {
    ...issuer,
    clientSecret: issuer.clientSecret !== null,
    createdAt: issuer.createdAt.toISOString(),
    updatedAt: issuer.updatedAt.toISOString(),
  }
}

function entry(kind: string, by: IdentifiedPrincipal, issuer: Issuer) {
  const body: JsonObject = {
    id: issuer.id,
    name: issuer.name,
    issuer: issuer.issuer,
    audiences: issuer.audiences,
    algorithms: issuer.algorithms,
    groupClaims: issuer.groupClaims,
    clientId: issuer.clientId,
    personClaim: issuer.personClaim,
    ownerClaim: issuer.ownerClaim,
    enabled: issuer.enabled,
    version: issuer.version,
  }
  return { kind, principalId: by.id, body: { issuer: body } }
}
