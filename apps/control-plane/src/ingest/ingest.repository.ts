import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../common/database/transaction'
import type { NewOperation, OperationEnd, RecordEffect } from './spool-record'

export type Chunk = Extract<RecordEffect, { kind: 'chunk' }> & { readonly sessionId: string }
export type Ended = Extract<RecordEffect, { kind: 'ended' }> & { readonly sessionId: string }

/** The actions as they are, and their names alone: people look for `delete` as for `delete table:public.orders`. */
function searchable(actions: readonly string[]): string[] {
  return [...new Set([...actions.map((action) => action.split(' ', 1)[0] ?? ''), ...actions])]
}

@Injectable()
export class IngestRepository {
  /** The highest sequence number taken in; the row stays locked, so one batch of a spool is taken at a time. */
  async lockPosition(tx: Transaction, agentId: string, spoolId: string): Promise<number> {
    await tx.$executeRaw`
      INSERT INTO spool_positions (agent_id, spool_id, acknowledged, updated_at)
      VALUES (${agentId}::uuid, ${spoolId}::uuid, 0, now()) ON CONFLICT DO NOTHING`
    const rows = await tx.$queryRaw<{ acknowledged: bigint }[]>`
      SELECT acknowledged FROM spool_positions
      WHERE agent_id = ${agentId}::uuid AND spool_id = ${spoolId}::uuid FOR UPDATE`
    return Number(rows[0]?.acknowledged ?? 0)
  }

  async movePosition(tx: Transaction, agentId: string, spoolId: string, to: number): Promise<void> {
    await tx.$executeRaw`
      UPDATE spool_positions SET acknowledged = ${to}, updated_at = now()
      WHERE agent_id = ${agentId}::uuid AND spool_id = ${spoolId}::uuid`
  }

  /** Who used which of these sessions of this agent. */
  async principals(tx: Transaction, agentId: string, sessionIds: readonly string[]) {
    const rows = await tx.session.findMany({
      where: { id: { in: [...sessionIds] }, agentId },
      select: { id: true, principalId: true },
    })
    return new Map(rows.map(({ id, principalId }) => [id, principalId]))
  }

  async insertOperations(tx: Transaction, operations: readonly NewOperation[]): Promise<void> {
    if (operations.length === 0) return
    const column = (pick: (operation: NewOperation) => string) => operations.map(pick)
    await tx.$executeRaw`
      INSERT INTO operations (id, session_id, kind, summary, text, text_digest, text_bytes,
        parameters, status, determined_by, actions, approval_id, error_code, error_message, started_at)
      SELECT i::uuid, s::uuid, k, su, t, decode(d, 'hex'), b::bigint, p::jsonb, st, r::jsonb,
        ARRAY(SELECT jsonb_array_elements_text(a::jsonb)), NULLIF(ap, '')::uuid, ec, em, at::timestamptz
      FROM unnest(${column(({ id }) => id)}::text[], ${column(({ sessionId }) => sessionId)}::text[],
        ${column(({ operationKind }) => operationKind)}::text[],
        ${column(({ summary }) => summary)}::text[], ${column(({ text }) => text)}::text[],
        ${column(({ textDigest }) => textDigest)}::text[],
        ${column(({ textBytes }) => textBytes.toString())}::text[],
        ${column(({ parameters }) => JSON.stringify(parameters))}::text[],
        ${column(({ status }) => status)}::text[],
        ${column(({ determinedBy }) => JSON.stringify(determinedBy))}::text[],
        ${column(({ actions }) => JSON.stringify(searchable(actions)))}::text[],
        ${column(({ approvalId }) => approvalId)}::text[],
        ${column(({ errorCode }) => errorCode)}::text[],
        ${column(({ errorMessage }) => errorMessage)}::text[],
        ${column(({ at }) => at.toISOString())}::text[])
        AS o(i, s, k, su, t, d, b, p, st, r, a, ap, ec, em, at)
      ON CONFLICT (id) DO NOTHING`
  }

  async endOperations(tx: Transaction, agentId: string, ends: readonly OperationEnd[]) {
    if (ends.length === 0) return
    const column = (pick: (end: OperationEnd) => string | bigint) =>
      ends.map((end) => pick(end).toString())
    await tx.$executeRaw`
      UPDATE operations SET status = e.st, completion = e.c, rows = e.r::bigint, bytes = e.b::bigint,
        masked_cells = e.m::bigint, error_code = e.ec, error_message = e.em,
        duration_micros = e.d::bigint, ended_at = e.at::timestamptz
      FROM unnest(${column(({ id }) => id)}::text[], ${column(({ status }) => status)}::text[],
        ${column(({ completion }) => completion)}::text[], ${column(({ rows }) => rows)}::text[],
        ${column(({ bytes }) => bytes)}::text[], ${column(({ maskedCells }) => maskedCells)}::text[],
        ${column(({ errorCode }) => errorCode)}::text[],
        ${column(({ errorMessage }) => errorMessage)}::text[],
        ${column(({ durationMicros }) => durationMicros)}::text[],
        ${column(({ at }) => at.toISOString())}::text[])
        AS e(i, st, c, r, b, m, ec, em, d, at), sessions s
      WHERE operations.id = e.i::uuid AND operations.ended_at IS NULL
        AND s.id = operations.session_id AND s.agent_id = ${agentId}::uuid`
  }

  /**
   * Operations of this spool that were forwarded by a process that is gone: nobody will say how they ended. Their
   * sessions have no closing record, which is what keeps the search small.
   */
  async endLostOperations(tx: Transaction, agentId: string, spoolId: string) {
    return tx.$queryRaw<{ id: string; sessionId: string; principalId: string }[]>`
      UPDATE operations o SET status = 'unknown', ended_at = now(),
        error_message = 'the agent ended before the outcome was known'
      FROM sessions s
      WHERE s.id = o.session_id AND s.agent_id = ${agentId}::uuid AND s.bytes_in = 0
        AND o.status = 'forwarded'
        AND EXISTS (SELECT 1 FROM audit_entries e WHERE e.session_id = s.id
          AND e.operation_id = o.id AND e.spool_id = ${spoolId}::uuid)
      RETURNING o.id::text, o.session_id::text AS "sessionId", s.principal_id::text AS "principalId"`
  }

  async countOperations(tx: Transaction, counts: ReadonlyMap<string, number>): Promise<void> {
    if (counts.size === 0) return
    // In one order everywhere, so that two batches cannot wait for each other.
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
    await tx.$executeRaw`
      UPDATE sessions SET operations = operations + c.n::int
      FROM unnest(${sorted.map(([id]) => id)}::text[],
        ${sorted.map(([, count]) => String(count))}::text[]) AS c(i, n)
      WHERE sessions.id = c.i::uuid`
  }

  async endSession(tx: Transaction, agentId: string, ended: Ended): Promise<void> {
    await tx.$executeRaw`
      UPDATE sessions SET state = 'ended', bytes_in = ${ended.bytesIn}, bytes_out = ${ended.bytesOut},
        end_reason = CASE WHEN end_reason = '' THEN ${ended.reason} ELSE end_reason END,
        ended_at = COALESCE(ended_at, now())
      WHERE id = ${ended.sessionId}::uuid AND agent_id = ${agentId}::uuid`
  }

  async insertChunks(tx: Transaction, chunks: readonly Chunk[]): Promise<void> {
    if (chunks.length === 0) return
    await tx.recordingChunk.createMany({
      skipDuplicates: true,
      data: chunks.map(({ sessionId, index, data, last }) => ({
        sessionId,
        index,
        data,
        digest: new Uint8Array(createHash('sha256').update(data).digest()),
        last,
      })),
    })
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }
}
