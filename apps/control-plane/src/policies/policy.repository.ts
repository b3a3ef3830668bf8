import { Injectable } from '@nestjs/common'
import type { PolicyDocument } from '@wardgate/policy'
import type { JsonObject } from '../common/audit-port'
import type { Prisma } from '../generated/prisma/client'
import { orConflict } from '../common/database/prisma-errors'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { RowSeals } from '../common/sealing/row-seals'

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

const setName = 'policies'
const inForce = {
  where: { state: { in: ['active', 'dry_run'] } },
  orderBy: [{ name: 'asc' }, { version: 'asc' }],
} satisfies Prisma.PolicyFindManyArgs

@Injectable()
export class PolicyRepository {
  constructor(
    private readonly database: Database,
    private readonly seals: RowSeals,
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

  async find(name: string, version: number, tx: Transaction = this.database.prisma) {
    const row = await tx.policy.findUnique({ where: { name_version: { name, version } } })
    return row === null ? undefined : fromRow(row)
  }

  /** Throws when they are not the ones that the control plane brought into force: none other, and none less. */
  async inForce(): Promise<readonly StoredPolicy[]> {
    const { prisma } = this.database
    // One snapshot: a change between the two reads would look like a forgery.
    const [rows, set] = await prisma.$transaction(
      [prisma.policy.findMany(inForce), prisma.sealedSet.findUnique({ where: { name: setName } })],
      { isolationLevel: 'RepeatableRead' },
    )
    const policies = rows.map(fromRow)
    if (set !== null || policies.length > 0)
      await this.seals.require('policies', 'in force', sealedSet(policies), set?.seal ?? null)
    return policies
  }

  /** Seals what is in force after a change. Called behind the epoch's row lock, which serialises all changes. */
  async sealInForce(tx: Transaction): Promise<number> {
    const policies = (await tx.policy.findMany(inForce)).map(fromRow)
    const seal = await this.seals.seal('policies', sealedSet(policies))
    await tx.sealedSet.upsert({
      where: { name: setName },
      create: { name: setName, seal },
      update: { seal },
    })
    return policies.length
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
    await orConflict(`version ${version} of policy ${policy.name}`, create)
    return version
  }

  /** Serialises everybody who changes versions of this name until the transaction ends. */
  async lockName(tx: Transaction, name: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`policy:${name}`}, 0))`
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

function sealedSet(policies: readonly StoredPolicy[]): JsonObject {
  return {
    policies: policies.map(({ name, version, state, document }) => ({
      name,
      version,
      state,
      document: JSON.parse(JSON.stringify(document)) as JsonObject,
    })),
  }
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
