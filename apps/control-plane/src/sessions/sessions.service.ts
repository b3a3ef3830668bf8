import { Readable } from 'node:stream'
import { Injectable } from '@nestjs/common'
import { AuthError, RequestError } from '@wardgate/errors'
import { AuditLog } from '../common/audit-port'
import { connectionsFor, type Identity, isPermitted } from '../common/auth/identity'
import type { Permission } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { InvalidRequest } from '../common/http/invalid-request'
import { toPage } from '../common/http/page'
import { matchesPattern } from '../common/name-pattern'
import { FreshSessions } from './fresh-sessions'
import { killChannel } from './live-sessions'
import type { Operation } from './operation'
import { OperationRepository } from './operation.repository'
import { RecordingFeed } from './recording-feed.service'
import { SessionLife } from './session-life.service'
import { SessionRepository } from './session.repository'
import type { OperationsQuery, RecordingQuery, SessionsQuery } from './sessions.dto'

type SessionRow = NonNullable<Awaited<ReturnType<SessionRepository['find']>>>

/** Sessions for people: who may see which, and ending them. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
    private readonly fresh: FreshSessions,
    private readonly operations: OperationRepository,
    private readonly life: SessionLife,
    private readonly audit: AuditLog,
    private readonly feed: RecordingFeed,
  ) {}

  async list(query: SessionsQuery, by: Identity) {
    const scope = connectionsFor(by, 'sessions:read')
    const ownerId = isPermitted(by, 'sessions:read-own') ? by.principal.id : undefined
    const visible = scope === 'all' ? scope : { connections: scope, ownerId }
    return toPage(await this.sessions.list(query, visible), query, ({ id }) => id, toSession)
  }

  async get(id: string, by: Identity) {
    return toSession(await this.require(id, by))
  }

  async listOperations(query: OperationsQuery, by: Identity) {
    if (query.sessionId !== undefined) await this.require(query.sessionId, by)
    else if (!mayList(by, query.connection))
      throw new InvalidRequest([
        { path: 'sessionId', message: 'is needed, or a connection whose sessions you may read' },
      ])
    const rows = await this.operations.list(query)
    return toPage(rows, query, ({ id }) => id, toOperation)
  }

  async getOperation(id: string, by: Identity) {
    const found = await this.operations.find(id)
    const session = found && (await this.fresh.find(found.sessionId))
    if (found === undefined || !session || !maySee(by, session))
      throw new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such operation')
    return toOperation(found)
  }

  async kill(id: string, reason: string, by: Identity) {
    const session = await this.require(id, by, 'sessions:kill')
    if (session.state !== 'open')
      throw new RequestError('ERR_REQUEST_CONFLICT', 'the session has ended already')
    const told = `ended by ${by.principal.name}: ${reason}`
    await this.database.transaction(async (tx) => {
      await this.audit.append(tx, {
        kind: 'session.killed',
        principalId: by.principal.id,
        sessionId: id,
        body: { reason },
      })
      const order = { id, agentId: session.agentId, reason: told.slice(0, 1_000) }
      await this.sessions.notify(tx, killChannel, JSON.stringify(order))
    })
    await this.life.end(id, told)
    return this.get(id, by)
  }

  /** The recording's chunks in order, each in the container format; `follow` goes on while the session runs. */
  async recording(id: string, { follow }: RecordingQuery, by: Identity): Promise<Readable> {
    await this.require(id, by, 'recordings:read')
    const first = await this.operations.chunk(id, 0)
    if (first === undefined)
      throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the session has no recording')
    await this.database.transaction((tx) =>
      this.audit.append(tx, {
        kind: 'recording.read',
        principalId: by.principal.id,
        sessionId: id,
        body: follow ? { follow } : {},
      }),
    )
    const until = follow ? { followUntil: by.expiresAt } : {}
    return Readable.from(this.feed.chunks({ sessionId: id, first, ...until }))
  }

  private async require(id: string, by: Identity, permission?: Permission): Promise<SessionRow> {
    const session = await this.fresh.find(id)
    // What is not visible does not exist: ids must not be probed for.
    if (session === null || (permission === undefined && !maySee(by, session)))
      throw new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such session')
    if (permission !== undefined && !isPermitted(by, permission, session.connection))
      throw new AuthError('ERR_AUTH_FORBIDDEN', `you lack ${permission} on ${session.connection}`)
    return session
  }
}

/** All operations, or those of a whole connection. */
function mayList(by: Identity, connection: string | undefined): boolean {
  if (connectionsFor(by, 'sessions:read') === 'all') return true
  return connection !== undefined && isPermitted(by, 'sessions:read', connection)
}

function maySee(by: Identity, session: { principalId: string; connection: string }): boolean {
  const scope = connectionsFor(by, 'sessions:read')
  if (scope === 'all') return true
  if (scope.some((pattern) => matchesPattern(pattern, session.connection))) return true
  return session.principalId === by.principal.id && isPermitted(by, 'sessions:read-own')
}

function toSession(row: SessionRow) {
  const { replica: _replica, ...rest } = row
  return { ...rest, bytesIn: row.bytesIn.toString(), bytesOut: row.bytesOut.toString() }
}

function toOperation(row: Operation) {
  return {
    ...row,
    // Stored with their names alone too, for the search.
    actions: row.actions.filter((action) => action.includes(' ')),
    textDigest: Buffer.from(row.textDigest).toString('hex'),
    textBytes: row.textBytes.toString(),
    rows: row.rows.toString(),
    bytes: row.bytes.toString(),
    maskedCells: row.maskedCells.toString(),
    durationMicros: row.durationMicros?.toString() ?? null,
  }
}
