import { Injectable, Logger } from '@nestjs/common'
import { type EncodedRecord, spoolField } from '@wardgate/contract'
import { AuditLogService } from '../audit/audit-log.service'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import type { SessionRecord } from '../sessions/admission'
import { Admissions } from '../sessions/admissions'
import { SessionWriter } from '../sessions/session-writer.service'
import { IngestRepository } from './ingest.repository'
import { readRecord } from './records/read-batch'

/** Sessions that a control plane opened and was killed before it had stored them: the agent's spool has them. */
@Injectable()
export class SessionRecovery {
  private readonly logger = new Logger('ingest')

  constructor(
    private readonly repository: IngestRepository,
    private readonly writer: SessionWriter,
    private readonly admissions: Admissions,
    private readonly audit: AuditLogService,
  ) {}

  /** Takes who used which stored session, and returns it with those that were not stored. */
  async recover(
    tx: BulkTransaction,
    agentId: string,
    records: readonly EncodedRecord[],
    stored: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, string>> {
    const missing = await this.missing(agentId, records, stored)
    if (missing.length === 0) return stored
    const recovered = await this.writer.recover(tx, missing)
    const principals = missing
      .filter(({ id }) => recovered.has(id))
      .map(({ id, admission }) => [id, admission.principalId] as const)
    return new Map([...stored, ...principals])
  }

  /** A process of the agent has started; what was recovered of the one before it has no stream that could end it. */
  async endLost(tx: BulkTransaction, agentId: string): Promise<void> {
    const reason = 'the agent was restarted'
    const ids = await this.repository.endRecovered(tx, agentId, reason)
    await this.audit.appendBulk(
      tx,
      ids.map((sessionId) => ({ kind: 'session.closed', sessionId, body: { reason } })),
    )
  }

  private async missing(
    agentId: string,
    records: readonly EncodedRecord[],
    stored: ReadonlyMap<string, string>,
  ): Promise<readonly SessionRecord[]> {
    const missing = new Map<string, SessionRecord>()
    for (const record of records) {
      if (record.entryField !== spoolField.sessionStarted) continue
      const { sessionId: id, effect } = readRecord(record)
      if (effect?.kind !== 'started' || id === undefined || stored.has(id)) continue
      const { rawAdmission, clientAddress, claimed, at } = effect
      const admission = await this.admissions.open(rawAdmission)
      // An agent's word alone makes no session, and an admission that another agent got does not either.
      if (admission?.agentId !== agentId) {
        this.logger.warn({ agentId, sessionId: id }, 'session without a valid admission')
        continue
      }
      missing.set(id, { id, admission, clientAddress, claimed, startedAt: at })
    }
    return [...missing.values()]
  }
}
