import type { JsonValue } from '../common/audit-port'
import type { SealedRow } from '../common/sealing/sealed-rows'
import type { Agent, AgentConnection, JoinToken } from '../generated/prisma/client'

export function sealedAgent({ id, name, revokedAt }: Agent): SealedRow {
  return { kind: 'agent', id, fields: { id, name, isRevoked: revokedAt !== null } }
}

/** Who is handed a connection's credentials. */
export function sealedAssignment(row: AgentConnection): SealedRow {
  const { agentId, connectionId } = row
  const fields = { agentId, connectionId, listeners: row.listeners as JsonValue }
  return { kind: 'assignment', id: assignmentId(agentId, connectionId), fields }
}

export function assignmentId(agentId: string, connectionId: string): string {
  return `${agentId}/${connectionId}`
}

export function sealedJoinToken(token: Omit<JoinToken, 'usedAt' | 'usedByAgent' | 'createdAt'>) {
  const { id, agentName, connections, expiresAt, createdBy } = token
  const fields = {
    digest: Buffer.from(token.digest).toString('hex'),
    expiresAt: expiresAt.toISOString(),
    connections: [...connections],
    ...{ id, agentName, createdBy },
  }
  return { kind: 'join-token', id, fields } satisfies SealedRow
}
