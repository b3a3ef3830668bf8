import type { JsonObject } from '../common/audit-port'
import type { SealedRow } from '../common/sealing/sealed-rows'
import type { Connection } from '../generated/prisma/client'

/** Where its sessions go, and how: not what is only shown. */
export function sealedConnection(row: Connection): SealedRow {
  const { id, name, protocol, database, fsync, recording, enabled } = row
  const { endpoints, tls, settings, limits, labels } = row
  // JSON columns are JSON.
  const json = { endpoints, tls, settings, limits, labels } as JsonObject
  const fields = { id, name, protocol, database, fsync, recording, enabled, ...json }
  return { kind: 'connection', id, fields }
}
