import { randomUUID } from 'node:crypto'
import {
  IngestRequest,
  type OperationIntent,
  type OperationOutcome,
  type SpoolRecord,
} from '@wardgate/contract'
import type { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { IngestService } from '../ingest/ingest.service'
import { readBatch } from '../ingest/records/read-batch'
import type { TestApp } from './test-app'

type Entry = NonNullable<SpoolRecord['entry']>

/** What an agent would spool, for tests: records of sessions that are stored, in sequence. */
export class TestSpool {
  readonly agentId = randomUUID()
  readonly spoolId = randomUUID()
  #sequence = 0

  get last(): number {
    return this.#sequence
  }

  /** A session of this agent. */
  async session(database: Client, principalId: string = randomUUID()): Promise<string> {
    const id = uuid()
    await database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $3, 'edge', 'shop', '::1')`,
      [id, principalId, this.agentId],
    )
    return id
  }

  record(entry: Entry, time = new Date()): SpoolRecord {
    this.#sequence += 1
    return { sequence: BigInt(this.#sequence), time: BigInt(time.getTime()) * 1000n, entry }
  }

  intent(sessionId: string, more: Partial<OperationIntent> = {}, time?: Date): SpoolRecord {
    const value: OperationIntent = {
      sessionId,
      operationId: uuid(),
      kind: 'statement',
      summary: 'SELECT t',
      text: 'select 1',
      textDigest: Buffer.alloc(32, 7),
      textBytes: 8n,
      parameters: [],
      determinedBy: [{ policy: 'p', rule: 'r' }],
      approvalId: '',
      epoch: 1n,
      fromMemo: true,
      actions: [{ action: 'read', resource: 'table:public.t' }],
      ...more,
    }
    return this.record({ $case: 'intent', value }, time)
  }

  outcome(sessionId: string, operationId: string, more: Partial<OperationOutcome> = {}) {
    const value: OperationOutcome = {
      sessionId,
      operationId,
      status: 1,
      completion: 'SELECT 1',
      rows: 1n,
      bytes: 10n,
      maskedCells: 0n,
      errorCode: '',
      errorMessage: '',
      durationMicros: 900n,
      ...more,
    }
    return this.record({ $case: 'outcome', value })
  }

  take({ app }: TestApp, records: readonly SpoolRecord[]): Promise<number> {
    const { spoolId } = this
    const bytes = IngestRequest.encode({ spoolId, records: [...records] }).finish()
    return app
      .get(IngestService, { strict: false })
      .take(this.agentId, spoolId, readBatch(bytes).records)
  }
}
