import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import type { JsonObject } from '../common/audit-port'
import { afterKey, toPage } from '../common/http/page'
import type { StoredEntry } from './audit-entry'
import type { EntriesQuery } from './audit.dto'
import { AuditRepository } from './audit.repository'

const indexKey = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)

@Injectable()
export class AuditService {
  constructor(private readonly entries: AuditRepository) {}

  async list(query: EntriesQuery) {
    const before = afterKey(query, indexKey)
    const rows = await this.entries.list(
      query,
      before === undefined ? undefined : BigInt(before),
      query.limit + 1,
    )
    return toPage(rows, query, ({ index }) => index.toString(), toEntry)
  }
}

interface Row {
  readonly index: bigint
  readonly kind: string
  readonly time: Date
  readonly leaf: string
  readonly leafHash: Uint8Array
  readonly principalId: string | null
  readonly sessionId: string | null
  readonly operationId: string | null
  readonly agentId: string | null
}

function toEntry(row: Row): StoredEntry {
  const { body } = JSON.parse(row.leaf) as { body: JsonObject }
  return {
    index: Number(row.index),
    kind: row.kind,
    time: row.time,
    principalId: row.principalId,
    sessionId: row.sessionId,
    operationId: row.operationId,
    agentId: row.agentId,
    body,
    leafHash: Buffer.from(row.leafHash).toString('hex'),
  }
}
