import { Injectable, Logger } from '@nestjs/common'
import { AuditError } from '@wardgate/errors'
import type { Spool } from '../audit/audit-entry'
import { AuditLog } from '../common/audit-port'
import { BoundedMap } from '../common/bounded-map'
import { Database } from '../common/database/database'

/** An agent sends what is refused again and again: each break is told once, for as long as it is remembered. */
const remembered = 1_000

export interface SpoolSender extends Spool {
  /** Where the stream comes from. */
  readonly address: string
}

/** Spools that do not go on from what is held: refused, and told in the audit log. */
@Injectable()
export class BrokenSpools {
  private readonly logger = new Logger('ingest')
  private readonly told = new BoundedMap<string, true>(remembered)

  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  async gap({ agentId, spoolId }: SpoolSender, acknowledged: number, at: number): Promise<never> {
    await this.tell('ingest.gap', { agentId, spoolId, acknowledged, at })
    throw new AuditError(
      'ERR_AUDIT_CORRUPT',
      `the spool goes on at ${at}, but ${acknowledged + 1} is missing`,
    )
  }

  async forked({ agentId, spoolId, address }: SpoolSender, sequence: number): Promise<never> {
    await this.tell('ingest.forked', { agentId, spoolId, sequence, address })
    throw new AuditError(
      'ERR_AUDIT_CORRUPT',
      `another record with number ${sequence} has arrived from this spool: two processes write it`,
      { nextStep: 'Keep the spool; find who has a copy of the state of this agent; revoke it.' },
    )
  }

  private async tell(kind: string, body: Record<string, string | number>): Promise<void> {
    const key = JSON.stringify([kind, body])
    if (this.told.get(key) === true) return
    this.logger.error({ kind, ...body }, 'spool does not go on from what is held')
    await this.database.transaction((tx) => this.audit.append(tx, { kind, body }))
    this.told.set(key, true)
  }
}
