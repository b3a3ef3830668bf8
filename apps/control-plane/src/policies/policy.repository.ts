import { Injectable } from '@nestjs/common'
import type { PolicyDocument } from '@wardgate/policy'
import type { JsonObject } from '../common/audit-port'
import type { Prisma } from '../generated/prisma/client'
import { orConflict } from '../common/database/prisma-errors'
import { Database } from '../common/database/database'
import { lockName } from '../common/database/lock-name'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'

export type PolicyState = 'draft' | 'dry-run' | 'active' | 'retired'
type StoredState = 'draft' | 'dry_run' | 'active' | 'retired'

export interface StoredPolicy {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly state: PolicyState
  readonly source: string
  readonly document: PolicyDocument
  readonly digest: string
  readonly author: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Those in force: none may change, appear or vanish. */
const set = { kind: 'policies', id: 'in force' } as const
const inForce = {
  where: { state: { in: ['active', 'dry_run'] } },
  orderBy: [{ name: 'asc' }, { version: 'asc' }],
} satisfies Prisma.PolicyFindManyArgs

@Injectable()
export class PolicyRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  async list(query: PageQuery & { name?: string | undefined; state?: PolicyState | undefined }) {
    const page = newestFirst(query)
    const rows = await this.database.prisma.policy.findMany({
      ...page,
      where: {
        ...page.where,
        ...(query.name === undefined ? {} : { name: query.name }),
        ...(query.state === undefined ? {} : { state: toStored(query.state) }),
      },
    })
    return rows.map(fromRow)
  }

  /** What people look at before they activate it, and what they activate: as it was saved. */
  async find(name: string, version: number, tx?: Transaction) {
    const { policy } = tx ?? this.database.prisma
    const row = await this.sealed.readOne(
      () => policy.findUnique({ where: { name_version: { name, version } } }),
      (found) => sealedPolicy(fromRow(found)),
      { tx },
    )
    return row === null ? undefined : fromRow(row)
  }

  /** Throws when they are not the ones that the control plane brought into force: none other, and none less. */
  async inForce(): Promise<readonly StoredPolicy[]> {
    return this.sealed.read(
      async () => (await this.database.prisma.policy.findMany(inForce)).map(fromRow),
      (policies) => [policies.length === 0 ? { ...set, fields: undefined } : sealedSet(policies)],
    )
  }

  /** Seals what is in force after a change. Called behind the epoch's row lock, which serialises all changes. */
  async sealInForce(tx: Transaction): Promise<number> {
    const policies = (await tx.policy.findMany(inForce)).map(fromRow)
    if (policies.length === 0) this.sealed.drop(tx, set.kind, set.id)
    else await this.sealed.keep(tx, sealedSet(policies))
    return policies.length
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = (await tx.policy.findMany()).map(fromRow)
    return this.sealed.keepAll(tx, all.map(sealedPolicy))
  }

  /** The next version of its name; two who save at once cannot get the same one. */
  async createDraft(
    tx: Transaction,
    policy: Pick<StoredPolicy, 'id' | 'name' | 'source' | 'document' | 'digest' | 'author'>,
  ): Promise<number> {
    const newest = await tx.policy.aggregate({
      where: { name: policy.name },
      _max: { version: true },
    })
    const version = (newest._max.version ?? 0) + 1
    const create = tx.policy.create({
      data: {
        ...policy,
        version,
        state: 'draft',
        // What was parsed from YAML or JSON is JSON.
        document: JSON.parse(JSON.stringify(policy.document)) as object,
      },
    })
    const created = await orConflict(`version ${version} of policy ${policy.name}`, create)
    await this.sealed.keep(tx, sealedPolicy(fromRow(created)))
    return version
  }

  /** Serialises everybody who changes versions of this name until the transaction ends. */
  lockName(tx: Transaction, name: string): Promise<void> {
    return lockName(tx, `policy:${name}`)
  }

  async retireOthers(tx: Transaction, name: string, version: number, state: PolicyState) {
    await tx.policy.updateMany({
      where: { name, state: toStored(state), version: { not: version } },
      data: { state: 'retired' },
    })
  }

  async setState(tx: Transaction, name: string, version: number, state: PolicyState) {
    await tx.policy.update({
      where: { name_version: { name, version } },
      data: { state: toStored(state) },
    })
  }

  connectionsForCapabilities() {
    return this.database.prisma.connection.findMany({
      select: { name: true, protocol: true, labels: true, database: true },
    })
  }
}

function sealedSet(policies: readonly StoredPolicy[]): SealedRow {
  const fields = {
    policies: policies.map(({ name, version, state, document }) => {
      return { name, version, state, document: asJson(document) }
    }),
  }
  return { ...set, fields }
}

function sealedPolicy({ name, version, source, document, author }: StoredPolicy): SealedRow {
  const fields = { name, version, source, document: asJson(document), author }
  return { kind: 'policy', id: `${name}/${version}`, fields }
}

function asJson(document: PolicyDocument): JsonObject {
  return JSON.parse(JSON.stringify(document)) as JsonObject
}

function toStored(state: PolicyState): StoredState {
  return state === 'dry-run' ? 'dry_run' : state
}

function fromRow(row: {
  id: string
  name: string
  version: number
  state: StoredState
  source: string
  document: unknown
  digest: string
  author: string
  createdAt: Date
  updatedAt: Date
}): StoredPolicy {
  return {
    ...row,
    state: row.state === 'dry_run' ? 'dry-run' : row.state,
    // Validated when it was saved; compiling it refuses what is not a policy.
    document: row.document as PolicyDocument,
  }
}
