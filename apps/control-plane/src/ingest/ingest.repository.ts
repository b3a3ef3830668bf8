import { Injectable } from '@nestjs/common'
import type { Spool } from '../audit/audit-entry'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { arrayText, type CopyField } from '../common/database/copy-text'
import { recoveredReplica } from '../sessions/session.repository'
import { searchableActions } from '../sessions/operation-search'
import type { Chunk, Ended, UntoldOperation } from './effects'
import type { NewOperation, OperationEnd } from './records/ingested-record'
import type { SpoolPosition } from './spool-position'

@Injectable()
export class IngestRepository {
  /** How far the spool was taken in; the row stays locked, so one batch of a spool is taken at a time. */
  async lockPosition(tx: BulkTransaction, { agentId, spoolId }: Spool): Promise<SpoolPosition> {
    const lock = async () => {
      const [row] = await tx.rows<{ acknowledged: string; digest: string | null }>(
        `SELECT acknowledged, encode(last_digest, 'hex') AS digest FROM spool_positions
         WHERE agent_id = $1 AND spool_id = $2 FOR UPDATE`,
        [agentId, spoolId],
      )
      return row && { acknowledged: Number(row.acknowledged), digest: row.digest ?? undefined }
    }
    const known = await lock()
    if (known !== undefined) return known
    await tx.execute(
      `INSERT INTO spool_positions (agent_id, spool_id, acknowledged, updated_at)
       VALUES ($1, $2, 0, now()) ON CONFLICT DO NOTHING`,
      [agentId, spoolId],
    )
    return (await lock()) ?? { acknowledged: 0, digest: undefined }
  }

  async movePosition(
    tx: BulkTransaction,
    { agentId, spoolId }: Spool,
    { acknowledged, digest }: SpoolPosition,
  ): Promise<void> {
    await tx.execute(
      `UPDATE spool_positions SET acknowledged = $3, last_digest = decode($4, 'hex'), updated_at = now()
       WHERE agent_id = $1 AND spool_id = $2`,
      [agentId, spoolId, acknowledged, digest],
    )
  }

  /** Who used which of these sessions of this agent. */
  async principals(tx: BulkTransaction, agentId: string, sessionIds: readonly string[]) {
    const rows = await tx.rows<{ id: string; principalId: string }>(
      `SELECT id, principal_id AS "principalId" FROM sessions
       WHERE id = ANY($1::uuid[]) AND agent_id = $2`,
      [sessionIds, agentId],
    )
    return new Map(rows.map(({ id, principalId }) => [id, principalId]))
  }

  /**
   * An agent that sends an id once more changes nothing: the first row stays. COPY cannot pass over a row, so they are
   * looked for first; one that another agent inserts in between fails this batch, and is found when it comes again.
   */
  async insertOperations(
    tx: BulkTransaction,
    spoolId: string,
    operations: readonly UntoldOperation[],
  ): Promise<void> {
    if (operations.length === 0) return
    const known = await tx.rows<{ id: string }>(
      'SELECT id FROM operations WHERE id = ANY($1::uuid[])',
      [operations.map(({ operation }) => operation.id)],
    )
    const ids = new Set(known.map(({ id }) => id))
    const fresh = operations.filter(({ operation }) => !ids.has(operation.id))
    await tx.copy(
      `operations (id, session_id, kind, summary, text, text_digest, text_bytes, parameters,
        determined_by, actions, approval_id, started_at, status, completion, rows, bytes,
        masked_cells, error_code, error_message, duration_micros, ended_at, spool_id)`,
      fresh,
      (operation) => operationRow(operation, spoolId),
    )
  }

  async endOperations(tx: BulkTransaction, agentId: string, ends: readonly OperationEnd[]) {
    if (ends.length === 0) return
    const rows = JSON.stringify(ends.map(endRow))
    await tx.execute(
      `UPDATE operations SET status = e.st, completion = e.c, rows = e.n, bytes = e.by,
         masked_cells = e.m, error_code = e.ec, error_message = e.em,
         duration_micros = e.du, ended_at = e.en
       FROM json_to_recordset($1::text::json) AS e(i uuid, st text, c text, n bigint, by bigint,
         m bigint, ec text, em text, du bigint, en timestamptz), sessions s
       WHERE operations.id = e.i AND operations.ended_at IS NULL
         AND s.id = operations.session_id AND s.agent_id = $2`,
      [rows, agentId],
    )
  }

  /**
   * Operations of this spool that were forwarded by a process that is gone: nobody will say how they ended. Their
   * sessions have no closing record, which is what keeps the search small.
   */
  async endLostOperations(tx: BulkTransaction, agentId: string, spoolId: string) {
    return tx.rows<{ id: string; sessionId: string; principalId: string }>(
      `UPDATE operations o SET status = 'unknown', ended_at = now(),
         error_message = 'the agent ended before the outcome was known'
       FROM sessions s
       WHERE s.id = o.session_id AND s.agent_id = $1 AND s.bytes_in = 0
         AND o.status = 'forwarded' AND o.spool_id = $2
       RETURNING o.id, o.session_id AS "sessionId", s.principal_id AS "principalId"`,
      [agentId, spoolId],
    )
  }

  async countOperations(tx: BulkTransaction, counts: ReadonlyMap<string, number>): Promise<void> {
    if (counts.size === 0) return
    // In one order everywhere, so that two batches cannot wait for each other.
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
    await tx.execute(
      `UPDATE sessions SET operations = operations + c.n
       FROM unnest($1::uuid[], $2::int[]) AS c(i, n) WHERE sessions.id = c.i`,
      [sorted.map(([id]) => id), sorted.map(([, count]) => count)],
    )
  }

  /** Locked in one order everywhere, so that no two batches wait for each other. */
  async endSessions(tx: BulkTransaction, agentId: string, ended: readonly Ended[]): Promise<void> {
    if (ended.length === 0) return
    await tx.execute(
      `WITH ended AS (
         SELECT s.id, e.reason, e.bytes_in, e.bytes_out
         FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])
           AS e(id, reason, bytes_in, bytes_out) JOIN sessions s ON s.id = e.id
         WHERE s.agent_id = $5 ORDER BY s.id FOR UPDATE OF s
       )
       UPDATE sessions SET state = 'ended', bytes_in = ended.bytes_in, bytes_out = ended.bytes_out,
         end_reason = CASE WHEN end_reason = '' THEN ended.reason ELSE end_reason END,
         ended_at = COALESCE(ended_at, now())
       FROM ended WHERE sessions.id = ended.id`,
      [
        ended.map(({ sessionId }) => sessionId),
        ended.map(({ reason }) => reason),
        ended.map(({ bytesIn }) => bytesIn.toString()),
        ended.map(({ bytesOut }) => bytesOut.toString()),
        agentId,
      ],
    )
  }

  async endRecovered(tx: BulkTransaction, agentId: string, reason: string): Promise<string[]> {
    const rows = await tx.rows<{ id: string }>(
      `UPDATE sessions SET state = 'ended', end_reason = $2, ended_at = now()
       WHERE agent_id = $1 AND state = 'open' AND replica = $3 RETURNING id`,
      [agentId, reason, recoveredReplica],
    )
    return rows.map(({ id }) => id)
  }

  async insertChunks(tx: BulkTransaction, chunks: readonly Chunk[]): Promise<void> {
    for (const { sessionId, index, data, digest, last } of chunks)
      await tx.execute(
        `INSERT INTO recording_chunks (session_id, index, data, digest, last)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [sessionId, index, data, digest, last],
      )
  }

  async notify(tx: BulkTransaction, channel: string, payloads: readonly string[]): Promise<void> {
    if (payloads.length === 0) return
    await tx.execute('SELECT pg_notify($1, p) FROM unnest($2::text[]) AS p', [channel, payloads])
  }
}

/** In the order of the columns of the COPY. */
function operationRow({ operation, end }: UntoldOperation, spoolId: string): readonly CopyField[] {
  return [
    operation.id,
    operation.sessionId,
    operation.operationKind,
    operation.summary,
    operation.text,
    `\\x${operation.textDigest}`,
    operation.textBytes,
    JSON.stringify(operation.parameters),
    JSON.stringify(operation.determinedBy),
    arrayText(searchableActions(operation.actions)),
    operation.approvalId === '' ? null : operation.approvalId,
    operation.at.toISOString(),
    ...(end === undefined ? notEnded(operation) : endedAs(end)),
    spoolId,
  ]
}

function notEnded({ status, errorCode, errorMessage }: NewOperation): readonly CopyField[] {
  return [status, '', 0, 0, 0, errorCode, errorMessage, null, null]
}

function endedAs(end: OperationEnd): readonly CopyField[] {
  const { status, completion, rows, bytes, maskedCells, errorCode, errorMessage } = end
  const ended = [end.durationMicros, end.at.toISOString()]
  return [status, completion, rows, bytes, maskedCells, errorCode, errorMessage, ...ended]
}

/** Numbers beyond JSON's safe ones cross as text. */
function endRow(end: OperationEnd) {
  return {
    i: end.id,
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
