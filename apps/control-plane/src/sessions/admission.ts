import { z } from 'zod'
import type { JsonObject } from '../common/audit-port'
import type { NewAuditEntry } from '../common/audit-port'
import type { Session } from './session'

/** That somebody may use a connection through an agent, as it was found when the agent asked. */
export const admissionSchema = z.object({
  agentId: z.uuid(),
  agent: z.string(),
  principalId: z.uuid(),
  principal: z.string(),
  connectionId: z.uuid(),
  connection: z.string(),
  protocol: z.string(),
  revision: z.string(),
  database: z.string(),
  actor: z.object({ id: z.uuid(), name: z.string() }).optional(),
})

export type Admission = z.output<typeof admissionSchema>

/** What is stored of a session when it begins, by whichever way the control plane learns of it. */
export interface SessionRecord {
  readonly id: string
  readonly admission: Admission
  readonly clientAddress: string
  readonly claimed: Readonly<Record<string, string>>
  readonly startedAt: Date
}

export function admissionOf(session: Omit<Session, 'stored'>): Admission {
  const { identity, principal, target } = session
  return {
    agentId: session.agentId,
    agent: session.agentName,
    principalId: principal.id,
    principal: principal.name,
    connectionId: target.connectionId,
    connection: target.name,
    protocol: target.protocol,
    revision: target.revision,
    database: session.database,
    ...(identity.actor === undefined
      ? {}
      : { actor: { id: identity.actor.id, name: identity.actor.name } }),
  }
}

/** The one entry that says who began what. */
export function openedEntry(record: SessionRecord, more: JsonObject = {}): NewAuditEntry {
  const { id, admission, clientAddress, claimed } = record
  const { principalId, principal, agentId, agent, actor } = admission
  const { connectionId, connection, revision, database } = admission
  return {
    kind: 'session.opened',
    principalId,
    sessionId: id,
    body: {
      connectionId,
      connection,
      revision,
      database,
      principal,
      agentId,
      agent,
      clientAddress,
      claimed,
      ...(actor === undefined ? {} : { actor }),
      ...more,
    },
  }
}
