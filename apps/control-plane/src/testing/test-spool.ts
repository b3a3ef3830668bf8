import { randomUUID } from 'node:crypto'
import { type OperationIntent, type OperationOutcome, type SpoolRecord } from '@wardgate/contract'
import type { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import type { Spool } from '../audit/audit-entry'
import { IngestService } from '../ingest/ingest.service'
import { readBatch } from '../ingest/records/read-batch'
import { spooledRequest } from './spooled-request'
import type { TestApp } from './test-app'

type Entry = NonNullable<SpoolRecord['entry']>

export function spooled(sequence: number, entry: Entry, time = new Date()): SpoolRecord {
  return { sequence: BigInt(sequence), time: BigInt(time.getTime()) * 1000n, entry }
}

export function intentEntry(sessionId: string, more: Partial<OperationIntent> = {}): Entry {
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
  return { $case: 'intent', value }
}

export function outcomeEntry(
  sessionId: string,
  operationId: string,
  more: Partial<OperationOutcome> = {},
): Entry {
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
  return { $case: 'outcome', value }
}

/** By way of the bytes that an agent sends. */
export function takeIn(
  { app }: TestApp,
  { agentId, spoolId }: Spool,
  records: readonly SpoolRecord[],
  address = '',
): Promise<number> {
  const bytes = spooledRequest(spoolId, records)
  const ingests = app.get(IngestService, { strict: false })
  return ingests.take({ agentId, spoolId, address }, readBatch(bytes).records)
}

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
    return spooled(this.#sequence, entry, time)
  }

  intent(sessionId: string, more: Partial<OperationIntent> = {}, time?: Date): SpoolRecord {
    return this.record(intentEntry(sessionId, more), time)
  }

  outcome(sessionId: string, operationId: string, more: Partial<OperationOutcome> = {}) {
    return this.record(outcomeEntry(sessionId, operationId, more))
  }

  take(test: TestApp, records: readonly SpoolRecord[]): Promise<number> {
    return takeIn(test, this, records)
  }
}
