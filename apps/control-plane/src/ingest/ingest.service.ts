import { Injectable, Logger } from '@nestjs/common'
import type { EncodedRecord } from '@wardgate/contract'
import { AuditError } from '@wardgate/errors'
import type { Spool } from '../audit/audit-entry'
import { AuditLogService } from '../audit/audit-log.service'
import { Database } from '../common/database/database'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { liveChannel } from '../live/live-event'
import { SessionWriter } from '../sessions/session-writer.service'
import { digest } from './batch-digest'
import type { Effects } from './effects'
import { IngestRepository } from './ingest.repository'
import { SessionRecovery } from './session-recovery.service'
import { readRecords, sessionsOf, startsLife } from './records/read-batch'

/** Sessions of one batch whose screens are told; the others read again. */
const mostLiveEvents = 20

/** Takes in what agents spooled: every record once, in order, or not at all. */
@Injectable()
export class IngestService {
  private readonly logger = new Logger('ingest')

  constructor(
    private readonly database: Database,
    private readonly repository: IngestRepository,
    private readonly audit: AuditLogService,
    private readonly writer: SessionWriter,
    private readonly recovery: SessionRecovery,
  ) {}

  /** Up to which sequence number everything is durable. Throws when a record is missing in between. */
  async take(agentId: string, spoolId: string, records: readonly EncodedRecord[]): Promise<number> {
    // Sessions are stored beside their opening; their entries come after them, and seldom have to bring them along.
    await this.writer.settled()
    const taken = await this.database.bulk((tx) => this.takeIn(tx, agentId, spoolId, records))
    if (taken.gapAt === undefined) return taken.acknowledged
    await this.tellGap(agentId, spoolId, taken.acknowledged, taken.gapAt)
    throw new AuditError(
      'ERR_AUDIT_CORRUPT',
      `the spool goes on at ${taken.gapAt}, but ${taken.acknowledged + 1} is missing`,
    )
  }

  private async takeIn(
    tx: BulkTransaction,
    agentId: string,
    spoolId: string,
    records: readonly EncodedRecord[],
  ): Promise<{ readonly acknowledged: number; readonly gapAt?: number }> {
    const acknowledged = await this.repository.lockPosition(tx, agentId, spoolId)
    const fresh = records.filter(({ sequence }) => sequence > acknowledged)
    const gap = fresh.find(({ sequence }, at) => sequence !== acknowledged + 1 + at)
    if (gap !== undefined) return { acknowledged, gapAt: gap.sequence }
    if (fresh.length === 0) return { acknowledged }
    for (const life of lives(fresh)) {
      await this.store(tx, { agentId, spoolId }, life)
      if (life.slice(-1).some(startsLife)) await this.endLost(tx, agentId, spoolId)
    }
    const last = acknowledged + fresh.length
    await this.repository.movePosition(tx, agentId, spoolId, last)
    return { acknowledged: last }
  }

  private async store(
    tx: BulkTransaction,
    spool: Spool,
    records: readonly EncodedRecord[],
  ): Promise<void> {
    const { agentId, spoolId } = spool
    const stored = await this.repository.principals(tx, agentId, [...sessionsOf(records)])
    const principals = await this.recovery.recover(tx, agentId, records, stored)
    const effects = digest(spool, principals, readRecords(records))
    await this.repository.insertOperations(tx, spoolId, effects.operations)
    await this.repository.endOperations(tx, agentId, effects.ends)
    await this.repository.countOperations(tx, effects.counts)
    await this.repository.endSessions(tx, agentId, effects.sessions)
    await this.repository.insertChunks(tx, effects.chunks)
    await this.tellScreens(tx, effects)
    // Last, because the tree's lock is everybody's.
    await this.audit.appendSegments(tx, effects.segments)
  }

  /** A process that starts says that the one before it is gone: what that one forwarded has no outcome to come. */
  private async endLost(tx: BulkTransaction, agentId: string, spoolId: string): Promise<void> {
    await this.recovery.endLost(tx, agentId)
    const lost = await this.repository.endLostOperations(tx, agentId, spoolId)
    await this.audit.appendBulk(
      tx,
      lost.map(({ id, sessionId, principalId }) => ({
        kind: 'operation.outcome',
        sessionId,
        operationId: id,
        principalId,
        body: { status: 'unknown', errorMessage: 'the agent ended before the outcome was known' },
      })),
    )
  }

  private async tellScreens(tx: BulkTransaction, { counts, sessions }: Effects): Promise<void> {
    const ended = sessions
      .slice(0, mostLiveEvents)
      .map(({ sessionId }) => ({ type: 'session', id: sessionId, state: 'ended' }))
    const counted = [...counts]
      .slice(0, mostLiveEvents)
      .map(([sessionId, count]) => ({ type: 'operation', sessionId, count }))
    const events = [...ended, ...counted].map((event) => JSON.stringify(event))
    await this.repository.notify(tx, liveChannel, events)
  }

  private async tellGap(agentId: string, spoolId: string, acknowledged: number, at: number) {
    this.logger.error({ agentId, spoolId, acknowledged, at }, 'spool has a gap')
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'ingest.gap', body: { agentId, spoolId, acknowledged, at } }),
    )
  }
}

/** Cut after each start of the agent's process. */
function lives(records: readonly EncodedRecord[]): readonly (readonly EncodedRecord[])[] {
  const starts = records.flatMap((record, at) => (startsLife(record) ? [at + 1] : []))
  const cuts = [0, ...starts.filter((at) => at < records.length), records.length]
  return cuts.slice(1).map((end, at) => records.slice(cuts[at], end))
}
