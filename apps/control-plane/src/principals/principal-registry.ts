import { isDeepStrictEqual } from 'node:util'
import { Injectable } from '@nestjs/common'
import { InternalError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import {
  type PrincipalFields,
  type PrincipalRecord,
  PrincipalsRepository,
} from './principals.repository'

/** How stale `lastSeenAt` may be; spares a write per request. */
const seenMillis = 60_000

export interface SeenPrincipal extends Omit<PrincipalFields, 'kind'> {
  readonly issuerId: string
  readonly subject: string
  /** Absent = the token does not say: what is known stays, and a stranger is a workload. */
  readonly kind?: 'person' | 'workload'
}

/** Keeps who was seen, as its last token describes it. */
@Injectable()
export class PrincipalRegistry {
  constructor(
    private readonly principals: PrincipalsRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly clock: Clock,
  ) {}

  find(id: string): Promise<PrincipalRecord | null> {
    return this.principals.find(id)
  }

  async saw(seen: SeenPrincipal): Promise<PrincipalRecord> {
    const known = await this.principals.findBySubject(seen.issuerId, seen.subject)
    if (known === null) return this.create(seen)
    const fields = { ...seen, kind: seen.kind ?? known.kind }
    const now = new Date(this.clock.now())
    if (!describes(known, fields)) {
      await this.database.transaction(async (tx) => {
        await this.principals.describe(tx, known.id, fields, now)
        if (changesVerdicts(known, fields)) await this.epochs.bump(tx)
      })
    } else if (now.getTime() - (known.lastSeenAt?.getTime() ?? 0) > seenMillis) {
      await this.principals.touch(known.id, now)
    }
    return { ...known, kind: fields.kind, name: fields.name, email: fields.email }
  }

  private async create(seen: SeenPrincipal): Promise<PrincipalRecord> {
    const { issuerId, subject } = seen
    const fields = { ...seen, kind: seen.kind ?? 'workload' }
    await this.database.transaction((tx) =>
      this.principals.createIfAbsent(
        tx,
        { id: uuid(), issuerId, subject },
        fields,
        new Date(this.clock.now()),
      ),
    )
    const created = await this.principals.findBySubject(issuerId, subject)
    if (created === null) throw new InternalError('a principal vanished after it was made')
    return created
  }
}

function describes(known: PrincipalRecord, fields: PrincipalFields): boolean {
  const { name, email } = known
  return name === fields.name && email === fields.email && !changesVerdicts(known, fields)
}

function changesVerdicts(known: PrincipalRecord, fields: PrincipalFields): boolean {
  return (
    known.kind !== fields.kind ||
    known.owner !== fields.owner ||
    !isDeepStrictEqual([...known.groups], [...fields.groups]) ||
    !isDeepStrictEqual(known.claims, fields.claims)
  )
}
