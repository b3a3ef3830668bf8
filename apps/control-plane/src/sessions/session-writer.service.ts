import { Injectable } from '@nestjs/common'
import { AuthError, ControlError } from '@wardgate/errors'
import { AuditLogService } from '../audit/audit-log.service'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { Database } from '../common/database/database'
import { liveChannel } from '../live/live-event'
import { admissionOf, openedEntry, type SessionRecord } from './admission'
import { Paced } from './paced'
import { Replicas } from './replicas'
import type { Session } from './session'
import { recoveredReplica, SessionRepository } from './session.repository'

const longestQueue = 10_000
// The agent's spool has the session too, so its row may wait for others: one transaction for each would cost more than all
// else that a short session costs.
const pace = { gatherMillis: 50, largestBatch: 500 }
/** Sessions of one batch whose screens are told; the others read again. */
const mostLiveEvents = 20

/** Stores new sessions, many in one transaction: opening does not wait for the audit tree's lock. */
@Injectable()
export class SessionWriter {
  private readonly queue = new Paced<Session>((sessions) => this.write(sessions), pace)
  private last: Promise<void> = Promise.resolve()
  /** Ids, named by agents, under which somebody else's session is stored. */
  private readonly taken = new Set<string>()
  private hasFailed = false

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
    private readonly audit: AuditLogService,
    private readonly replicas: Replicas,
  ) {}

  /** Settles when the session and its audit entry are stored, both or neither. */
  store(session: Session): Promise<void> {
    if (this.queue.length >= longestQueue)
      return Promise.reject(
        new ControlError('ERR_CONTROL_UNAVAILABLE', 'too many sessions are being opened'),
      )
    this.last = this.queue.add(session).then(() => {
      if (this.taken.delete(session.id))
        throw new AuthError('ERR_AUTH_FORBIDDEN', 'the id of the session is taken')
    })
    return this.last
  }

  /** Settles when everything handed over so far is stored or has failed. */
  async settled(): Promise<void> {
    await this.last.catch(() => undefined)
  }

  /**
   * Stores sessions that an agent's spool tells of and that are not stored yet: the control plane that opened them is
   * gone. Returns those that it stored; any other has its row already, or is not this agent's.
   */
  async recover(
    tx: BulkTransaction,
    records: readonly SessionRecord[],
  ): Promise<ReadonlySet<string>> {
    const fresh = await this.sessions.insert(tx, records, recoveredReplica)
    await this.audit.appendBulk(
      tx,
      records
        .filter(({ id }) => fresh.has(id))
        .map((record) => openedEntry(record, { recovered: true })),
    )
    return fresh
  }

  /** Whether the last sessions could not be stored: then nobody gets in before the own row is there. */
  get isFailing(): boolean {
    return this.hasFailed
  }

  private async write(sessions: readonly Session[]): Promise<void> {
    try {
      await this.storeAll(sessions)
      this.hasFailed = false
    } catch (error) {
      this.hasFailed = true
      throw error
    }
  }

  private storeAll(sessions: readonly Session[]): Promise<void> {
    return this.database.bulk(async (tx) => {
      const records = sessions.map(recordOf)
      const fresh = await this.sessions.insert(tx, records, this.replicas.own)
      const stored = records.filter(({ id }) => !fresh.has(id))
      for (const id of await this.sessions.notOf(tx, stored)) this.taken.add(id)
      const opened = records.filter(({ id }) => fresh.has(id))
      await this.audit.appendBulk(
        tx,
        opened.map((record) => openedEntry(record)),
      )
      const told = opened.slice(0, mostLiveEvents)
      const events = told.map(({ id }) => JSON.stringify({ type: 'session', id, state: 'open' }))
      await this.sessions.notifyAll(tx, liveChannel, events)
    })
  }
}

function recordOf(session: Session): SessionRecord {
  const { id, clientAddress, claimed, startedAt } = session
  return { id, admission: admissionOf(session), clientAddress, claimed, startedAt }
}
