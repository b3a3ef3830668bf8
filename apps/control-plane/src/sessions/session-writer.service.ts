import { randomUUID } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { ControlError } from '@wardgate/errors'
import { AuditLogService } from '../audit/audit-log.service'
import type { NewAuditEntry } from '../common/audit-port'
import { Database } from '../common/database/database'
import { liveChannel } from '../live/live-event'
import { Paced } from './paced'
import type { Session } from './session'
import { SessionRepository } from './session.repository'

const longestQueue = 10_000
// A session whose row is not there yet runs all the same: the less time that is, the better.
const pace = { gatherMillis: 0, largestBatch: 500 }

/** Stores new sessions, many in one transaction: opening does not wait for the audit tree's lock. */
@Injectable()
export class SessionWriter {
  /** Names this process among the control plane's replicas. */
  readonly replica = randomUUID()
  private readonly queue = new Paced<Session>((sessions) => this.write(sessions), pace)
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
    private readonly audit: AuditLogService,
  ) {}

  /** Settles when the session and its audit entry are stored, both or neither. */
  store(session: Session): Promise<void> {
    if (this.queue.length >= longestQueue)
      return Promise.reject(
        new ControlError('ERR_CONTROL_UNAVAILABLE', 'too many sessions are being opened'),
      )
    this.last = this.queue.add(session)
    return this.last
  }

  /** Settles when everything handed over so far is stored or has failed. */
  async settled(): Promise<void> {
    await this.last.catch(() => undefined)
  }

  private write(sessions: readonly Session[]): Promise<void> {
    return this.database.transaction(async (tx) => {
      await this.sessions.insert(tx, sessions, this.replica)
      await this.audit.appendAll(tx, sessions.map(opened))
      for (const { id } of sessions.slice(0, 20))
        await this.sessions.notify(
          tx,
          liveChannel,
          JSON.stringify({ type: 'session', id, state: 'open' }),
        )
    })
  }
}

function opened(session: Session): NewAuditEntry {
  const { identity } = session
  return {
    kind: 'session.opened',
    principalId: session.principal.id,
    sessionId: session.id,
    body: {
      connectionId: session.target.connectionId,
      connection: session.target.name,
      revision: session.target.revision,
      database: session.database,
      principal: session.principal.name,
      agentId: session.agentId,
      agent: session.agentName,
      clientAddress: session.clientAddress,
      claimed: session.claimed,
      ...(identity.actor === undefined
        ? {}
        : { actor: { id: identity.actor.id, name: identity.actor.name } }),
    },
  }
}
