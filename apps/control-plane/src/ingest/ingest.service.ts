import { Injectable } from '@nestjs/common'
import type { EncodedRecord } from '@wardgate/contract'
import type { Spool } from '../audit/audit-entry'
import { AuditLogService } from '../audit/audit-log.service'
import { Database } from '../common/database/database'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { liveChannel } from '../live/live-event'
import { SessionWriter } from '../sessions/session-writer.service'
import { digest } from './batch-digest'
import { BrokenSpools, type SpoolSender } from './broken-spools'
import type { Effects } from './effects'
import { IngestRepository } from './ingest.repository'
import { SessionRecovery } from './session-recovery.service'
import { readRecords, sessionsOf, startsLife } from './records/read-batch'
import { type Continuation, continuationOf, digestOf } from './spool-position'

/** Sessions of one batch whose screens are told; the others read again. */
const mostLiveEvents = 20

/** Takes in what agents spooled: every record once, in order, or not at all. */
@Injectable()
export class IngestService {
  constructor(
    private readonly database: Database,
    private readonly repository: IngestRepository,
    private readonly audit: AuditLogService,
    private readonly writer: SessionWriter,
    private readonly recovery: SessionRecovery,
    private readonly broken: BrokenSpools,
  ) {}

  /** Up to which sequence number everything is durable. Throws when a record is missing in between. */
  async take(sender: SpoolSender, records: readonly EncodedRecord[]): Promise<number> {
    // Sessions are stored beside their opening; their entries come after them, and seldom have to bring them along.
    await this.writer.settled()
    const { acknowledged, taken } = await this.database.bulk((tx) =>
      this.takeIn(tx, sender, records),
    )
    if (taken.kind === 'gap') return this.broken.gap(sender, acknowledged, taken.at)
    if (taken.kind === 'forked') return this.broken.forked(sender, taken.at)
    return acknowledged
  }

  private async takeIn(
    tx: BulkTransaction,
    { agentId, spoolId }: Spool,
    records: readonly EncodedRecord[],
  ): Promise<{ readonly acknowledged: number; readonly taken: Continuation }> {
    const spool = { agentId, spoolId }
    const position = await this.repository.lockPosition(tx, spool)
    const taken = continuationOf(position, records)
    const last = taken.kind === 'continues' ? taken.fresh.at(-1) : undefined
    if (taken.kind !== 'continues' || last === undefined)
      return { acknowledged: position.acknowledged, taken }
    for (const life of lives(taken.fresh)) {
      await this.store(tx, spool, life)
      if (life.slice(-1).some(startsLife)) await this.endLost(tx, agentId, spoolId)
    }
    const acknowledged = last.sequence
    await this.repository.movePosition(tx, spool, { acknowledged, digest: digestOf(last) })
    return { acknowledged, taken }
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
}

/** Cut after each start of the agent's process. */
function lives(records: readonly EncodedRecord[]): readonly (readonly EncodedRecord[])[] {
  const starts = records.flatMap((record, at) => (startsLife(record) ? [at + 1] : []))
  const cuts = [0, ...starts.filter((at) => at < records.length), records.length]
  return cuts.slice(1).map((end, at) => records.slice(cuts[at], end))
}
