import { randomUUID } from 'node:crypto'
import type { SpoolRecord } from '@wardgate/contract'
import { inclusionProof, leafHash, readerOverLeafHashes } from '@wardgate/audit-log'
import { verifyInclusion } from '@wardgate/audit-log/verify'
import { Client } from 'pg'
import { AuditRepository } from '../audit/audit.repository'
import { CheckpointService } from '../audit/checkpoint.service'
import { startTestApp, type TestApp } from '../testing/test-app'
import { IngestService } from './ingest.service'
import { readBatch } from './spool-record'

jest.setTimeout(60_000)

describe('ingest', () => {
  let test: TestApp
  let database: Client
  let ingest: IngestService
  let agentId: string
  let sessionId: string

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
    ingest = test.app.get(IngestService, { strict: false })
    agentId = randomUUID()
    sessionId = randomUUID()
    await database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $3, 'edge', 'shop', '::1')`,
      [sessionId, randomUUID(), agentId],
    )
  })

  afterAll(async () => {
    await database.end()
    await test.stop()
  })

  const intent = (sequence: number, operationId: string, text = 'select 1'): SpoolRecord => ({
    sequence: BigInt(sequence),
    time: BigInt(Date.now()) * 1000n,
    entry: {
      $case: 'intent',
      value: {
        sessionId,
        operationId,
        kind: 'statement',
        summary: 'SELECT',
        text,
        textDigest: Buffer.alloc(32),
        textBytes: 8n,
        parameters: [{ type: 25, format: 1, value: Buffer.from("it's") }],
        determinedBy: [{ policy: 'p', rule: 'r' }],
        approvalId: '',
        epoch: 1n,
        fromMemo: false,
        actions: [{ action: 'read', resource: 'table:public.t' }],
      },
    },
  })

  const outcome = (sequence: number, operationId: string): SpoolRecord => ({
    sequence: BigInt(sequence),
    time: BigInt(Date.now()) * 1000n,
    entry: {
      $case: 'outcome',
      value: {
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
      },
    },
  })

  const take = (spoolId: string, records: SpoolRecord[]) =>
    ingest.take(agentId, spoolId, readBatch({ spoolId, records }).records)

  const count = async (spoolId: string) =>
    (await database.query('SELECT 1 FROM audit_entries WHERE spool_id = $1', [spoolId])).rowCount

  it('takes every record once, whatever is sent again', async () => {
    const spool = randomUUID()
    const id = randomUUID()
    const batch = [intent(1, id), outcome(2, id)]
    expect(await take(spool, batch)).toBe(2)
    // The acknowledgement was lost: the agent sends the batch again, with more.
    expect(await take(spool, [...batch, intent(3, randomUUID())])).toBe(3)
    await Promise.all([take(spool, batch), take(spool, batch)])
    expect(await count(spool)).toBe(3)
    const { rows } = await database.query(
      'SELECT status, rows, actions, parameters FROM operations WHERE id = $1',
      [id],
    )
    expect(rows).toMatchObject([
      { status: 'succeeded', rows: '1', actions: ['read', 'read table:public.t'] },
    ])
    expect(rows[0].parameters).toMatchObject([{ value: "it's" }])
  })

  it('keeps the first row of an operation whose id an agent sends again', async () => {
    const spool = randomUUID()
    const [id, other] = [randomUUID(), randomUUID()]
    await take(spool, [intent(1, id, 'select 1')])
    await take(spool, [intent(2, id, 'select 2'), intent(3, other, 'select 3')])
    const { rows } = await database.query(
      'SELECT text FROM operations WHERE id = ANY($1::uuid[]) ORDER BY text',
      [[id, other]],
    )
    expect(rows).toEqual([{ text: 'select 1' }, { text: 'select 3' }])
    expect(await count(spool)).toBe(3)
  })

  it('refuses a gap and a reordered batch, and says so in the log', async () => {
    const spool = randomUUID()
    await take(spool, [intent(1, randomUUID())])
    await expect(take(spool, [intent(3, randomUUID())])).rejects.toThrow('2 is missing')
    const swapped = [intent(3, randomUUID()), intent(2, randomUUID())]
    await expect(take(spool, swapped)).rejects.toThrow('missing')
    expect(await count(spool)).toBe(1)
    const gaps = await database.query(`SELECT 1 FROM audit_entries WHERE kind = 'ingest.gap'`)
    expect(gaps.rowCount).toBe(2)
  })

  it('keeps passwords out of what it stores', async () => {
    const spool = randomUUID()
    await take(spool, [intent(1, randomUUID(), `ALTER ROLE a PASSWORD 'hunter2-secret'`)])
    const { rows } = await database.query('SELECT leaf FROM audit_entries WHERE spool_id = $1', [
      spool,
    ])
    expect(rows[0].leaf).toContain('[redacted]')
    expect(rows[0].leaf).not.toContain('hunter2')
  })

  it('proves an entry under the signed checkpoint, and shows an altered one', async () => {
    const checkpoint = await test.app.get(CheckpointService, { strict: false }).sign()
    const repository = test.app.get(AuditRepository, { strict: false })
    const reader = readerOverLeafHashes((first, end) => repository.leafHashes(first, end))
    const proof = await inclusionProof(0, checkpoint.size, reader)
    const { rows } = await database.query('SELECT leaf FROM audit_entries WHERE index = 0')
    const verify = (leaf: string) =>
      verifyInclusion(leafHash(leaf), 0, checkpoint.size, proof, checkpoint.root)
    expect(verify(rows[0].leaf)).toBe(true)
    expect(verify(`${rows[0].leaf} `)).toBe(false)
    await expect(database.query(`UPDATE audit_entries SET leaf = 'x'`)).rejects.toThrow('never')
  })

  it('gives an outcome to what a killed agent forwarded, once, and to nothing newer', async () => {
    const spoolId = randomUUID()
    const [lost, settled, newer] = [randomUUID(), randomUUID(), randomUUID()]
    const started: SpoolRecord = {
      sequence: 4n,
      time: BigInt(Date.now()) * 1000n,
      entry: { $case: 'agentLife', value: { event: 1, detail: '' } },
    }
    const batch = [
      intent(1, lost),
      intent(2, settled),
      outcome(3, settled),
      started,
      intent(5, newer),
    ]
    await take(spoolId, batch)
    await take(spoolId, batch)
    const { rows } = await database.query<{ id: string; status: string }>(
      'SELECT id::text, status FROM operations WHERE id = ANY($1::uuid[])',
      [[lost, settled, newer]],
    )
    const status = new Map(rows.map((row) => [row.id, row.status]))
    expect([lost, settled, newer].map((id) => status.get(id))).toEqual([
      'unknown',
      'succeeded',
      'forwarded',
    ])
    const entries = await database.query(
      "SELECT 1 FROM audit_entries WHERE kind = 'operation.outcome' AND operation_id = $1",
      [lost],
    )
    expect(entries.rowCount).toBe(1)
  })
})
