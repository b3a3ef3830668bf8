import type { ActionFact, Facts } from '@wardgate/policy'
import { scoreRisk } from '../risk/factors'

/** PostgreSQL's replication protocol: https://www.postgresql.org/docs/current/protocol-replication.html */
const commands = {
  CONNECT: { streams: true },
  IDENTIFY_SYSTEM: { streams: false },
  SHOW: { streams: false },
  TIMELINE_HISTORY: { streams: false },
  CREATE_REPLICATION_SLOT: { streams: false },
  ALTER_REPLICATION_SLOT: { streams: false },
  DROP_REPLICATION_SLOT: { streams: false },
  READ_REPLICATION_SLOT: { streams: false },
  START_REPLICATION: { streams: true },
  BASE_BACKUP: { streams: true },
  UPLOAD_MANIFEST: { streams: false },
} as const satisfies Readonly<Record<string, { readonly streams: boolean }>>

export interface ReplicationCommand {
  readonly mode: 'physical' | 'logical'
  readonly command: string
}

/**
 * What streams, reads every table: a rule that denies one of them denies the stream, which cannot leave it out.
 * Physical replication is of every database that the server has, whichever the connection names.
 */
export function replicationFacts({ mode, command }: ReplicationCommand, database: string): Facts {
  const known = Object.hasOwn(commands, command)
    ? commands[command as keyof typeof commands]
    : undefined
  const resource = mode === 'physical' ? 'database:*' : `database:${database}`
  const reads: ActionFact[] =
    known?.streams === false ? [] : [{ action: 'read', resource: 'table:*' }]
  const name = known === undefined ? 'an unknown command' : command
  return {
    kind: 'replication',
    summary: `${name} of ${mode === 'physical' ? 'physical' : 'logical'} replication`,
    actions: [{ action: 'replicate', resource }, ...reads],
    opaque: known === undefined ? ['the replication command is not known'] : [],
    risk: scoreRisk(['administration']),
    detail: { 'replication.mode': mode, 'replication.command': command },
    literalsMatter: true,
  }
}
