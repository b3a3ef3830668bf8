import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { AuditLog, type JsonObject } from '../common/audit-port'
import type { Identity } from '../common/auth/identity'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { EpochService } from '../common/epoch/epoch.service'

export interface Revocation<T> {
  /** As the caller named it. */
  readonly name: string
  /** Takes it away; null = there is none. */
  readonly take: (tx: Transaction) => Promise<T | null>
  readonly entry: (taken: T) => { readonly kind: string; readonly body: JsonObject }
}

/** Takes away what a principal logs in with: it lets nobody in from now on. */
@Injectable()
export class Revocations {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  /** Sessions that it opened end: the epoch moves, and they are reviewed. */
  async revoke<T>(by: Identity, { name, take, entry }: Revocation<T>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const taken = await take(tx)
      if (taken === null) throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no ${name}`)
      await this.epochs.bump(tx)
      await this.audit.append(tx, { principalId: by.principal.id, ...entry(taken) })
    })
  }
}
