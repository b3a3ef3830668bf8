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

/** An operation, with its outcome when both came in one batch: then the row is written once. */
export interface EndedOperation {
  readonly operation: NewOperation
  readonly end: OperationEnd | undefined
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

  /**
   * One statement and one parameter for all rows: as JSON they cost driver and server far less than as arrays by
   * column. Numbers beyond JSON's safe ones cross as text.
   */
  async insertOperations(tx: Transaction, operations: readonly EndedOperation[]): Promise<void> {
    if (operations.length === 0) return
    const rows = JSON.stringify(operations.map(operationRow))
    await tx.$executeRaw`
      INSERT INTO operations (id, session_id, kind, summary, text, text_digest, text_bytes,
        parameters, status, determined_by, actions, approval_id, error_code, error_message, started_at,
        completion, rows, bytes, masked_cells, duration_micros, ended_at)
      SELECT i, s, k, su, t, decode(d, 'hex'), b, p, st, r, a, ap, ec, em, at, c, n, by, m, du, en
      FROM json_to_recordset(${rows}::text::json) AS o(i uuid, s uuid, k text, su text, t text, d text,
        b bigint, p jsonb, st text, r jsonb, a text[], ap uuid, ec text, em text, at timestamptz,
        c text, n bigint, by bigint, m bigint, du bigint, en timestamptz)
      ON CONFLICT (id) DO NOTHING`
  }

  async endOperations(tx: Transaction, agentId: string, ends: readonly OperationEnd[]) {
    if (ends.length === 0) return
    const rows = JSON.stringify(ends.map((end) => ({ i: end.id, ...endColumns(end) })))
    await tx.$executeRaw`
      UPDATE operations SET status = e.st, completion = e.c, rows = e.n, bytes = e.by,
        masked_cells = e.m, error_code = e.ec, error_message = e.em,
        duration_micros = e.du, ended_at = e.en
      FROM json_to_recordset(${rows}::text::json) AS e(i uuid, st text, c text, n bigint, by bigint,
        m bigint, ec text, em text, du bigint, en timestamptz), sessions s
      WHERE operations.id = e.i AND operations.ended_at IS NULL
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

function operationRow({ operation, end }: EndedOperation) {
  return {
    i: operation.id,
    s: operation.sessionId,
    k: operation.operationKind,
    su: operation.summary,
    t: operation.text,
    d: operation.textDigest,
    b: operation.textBytes.toString(),
    p: operation.parameters,
    st: operation.status,
    r: operation.determinedBy,
    a: searchable(operation.actions),
    ap: operation.approvalId === '' ? undefined : operation.approvalId,
    ec: operation.errorCode,
    em: operation.errorMessage,
    at: operation.at,
    ...(end === undefined ? { c: '', n: 0, by: 0, m: 0 } : endColumns(end)),
  }
}

function endColumns(end: OperationEnd) {
  return {
    st: end.status,
    c: end.completion,
    n: end.rows.toString(),
    by: end.bytes.toString(),
    m: end.maskedCells.toString(),
    ec: end.errorCode,
    em: end.errorMessage,
    du: end.durationMicros.toString(),
    en: end.at,
  }
}
