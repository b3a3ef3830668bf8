import { randomUUID } from 'node:crypto'
import type { SpoolRecord } from '@wardgate/contract'
import { inclusionProof, leafHash, readerOverLeafHashes } from '@wardgate/audit-log'
import { verifyInclusion } from '@wardgate/audit-log/verify'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { AuditRepository } from '../audit/audit.repository'
import { CheckpointService } from '../audit/checkpoint.service'
import type { Admission } from '../sessions/admission'
import { Admissions } from '../sessions/admissions'
import { OperationRepository } from '../sessions/operation.repository'
import type { Session } from '../sessions/session'
import type { OperationsQuery } from '../sessions/sessions.dto'
import { SessionWriter } from '../sessions/session-writer.service'
import { startTestApp, type TestApp } from '../testing/test-app'
import { intentEntry, outcomeEntry, spooled, takeIn } from '../testing/test-spool'

jest.setTimeout(60_000)

describe('ingest', () => {
  let test: TestApp
  let database: Client
  let agentId: string
  let sessionId: string

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
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

  const intent = (
    sequence: number,
    operationId: string,
    text = 'select 1',
    of = sessionId,
  ): SpoolRecord => {
    const entry = intentEntry(of, {
      operationId,
      text,
      parameters: [{ type: 25, format: 1, value: Buffer.from("it's") }],
    })
    return spooled(sequence, entry)
  }

  const outcome = (sequence: number, operationId: string): SpoolRecord =>
    spooled(sequence, outcomeEntry(sessionId, operationId))

  const life = (sequence: number): SpoolRecord =>
    spooled(sequence, { $case: 'agentLife', value: { event: 1, detail: '' } })

  const take = (spoolId: string, records: SpoolRecord[]) =>
    takeIn(test, { agentId, spoolId }, records)

  /** The whole log, as its leaves say. */
  const log = async () =>
    (
      await test.app
        .get(AuditRepository, { strict: false })
        .leaves({ first: 0, end: Number.MAX_SAFE_INTEGER })
    ).map(({ leaf }) => ({ leaf, ...(JSON.parse(leaf) as LogEntry) }))

  const count = async (spoolId: string) =>
    (await log()).filter((entry) => entry.spoolId === spoolId).length

  /** As people are shown them. */
  const operations = (query: Partial<OperationsQuery> = {}) =>
    test.app.get(OperationRepository, { strict: false }).list({ limit: 200, sessionId, ...query })

  const operationOf = async (id: string) => (await operations()).find((one) => one.id === id)

  it('takes every record once, whatever is sent again', async () => {
    const spool = randomUUID()
    const id = randomUUID()
    const batch = [intent(1, id), outcome(2, id)]
    expect(await take(spool, batch)).toBe(2)
    // The acknowledgement was lost: the agent sends the batch again, with more.
    expect(await take(spool, [...batch, intent(3, randomUUID())])).toBe(3)
    await Promise.all([take(spool, batch), take(spool, batch)])
    expect(await count(spool)).toBe(3)
    const shown = (await operations()).filter((one) => one.id === id)
    expect(shown).toMatchObject([
      { status: 'succeeded', rows: 1n, actions: ['read', 'read table:public.t'] },
    ])
    expect(shown[0]?.parameters).toMatchObject([{ value: "it's" }])
  })

  it('keeps the first row of an operation whose id an agent sends again', async () => {
    const spool = randomUUID()
    const [id, other] = [randomUUID(), randomUUID()]
    await take(spool, [intent(1, id, 'select 1')])
    await take(spool, [intent(2, id, 'select 2'), intent(3, other, 'select 3')])
    expect((await operationOf(id))?.text).toBe('select 1')
    expect((await operationOf(other))?.text).toBe('select 3')
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
    // Both batches go on at the same number.
    expect(gaps.rowCount).toBe(1)
  })

  it('keeps passwords out of what it stores', async () => {
    const spool = randomUUID()
    await take(spool, [intent(1, randomUUID(), `ALTER ROLE a PASSWORD 'hunter2-secret'`)])
    const [entry] = (await log()).filter(({ spoolId }) => spoolId === spool)
    expect(entry?.leaf).toContain('[redacted]')
    expect(entry?.leaf).not.toContain('hunter2')
  })

  it('proves an entry under the signed checkpoint, and shows an altered one', async () => {
    const checkpoint = await test.app.get(CheckpointService, { strict: false }).sign()
    const repository = test.app.get(AuditRepository, { strict: false })
    const reader = readerOverLeafHashes((first, end) => repository.leafHashes(first, end))
    const proof = await inclusionProof(0, checkpoint.size, reader)
    const [{ leaf: stored } = { leaf: '' }] = await log()
    const verify = (leaf: string) =>
      verifyInclusion(leafHash(leaf), 0, checkpoint.size, proof, checkpoint.root)
    expect(verify(stored)).toBe(true)
    expect(verify(`${stored} `)).toBe(false)
    for (const change of [`UPDATE audit_segments SET leaves = ''`, 'DELETE FROM audit_segments'])
      await expect(database.query(change)).rejects.toThrow('never')
  })

  it('gives an outcome to what a killed agent forwarded, once, and to nothing newer', async () => {
    const spoolId = randomUUID()
    const [lost, settled, newer] = [randomUUID(), randomUUID(), randomUUID()]
    const batch = [
      intent(1, lost),
      intent(2, settled),
      outcome(3, settled),
      life(4),
      intent(5, newer),
    ]
    await take(spoolId, batch)
    await take(spoolId, batch)
    const status = new Map((await operations()).map((one) => [one.id, one.status]))
    expect([lost, settled, newer].map((id) => status.get(id))).toEqual([
      'unknown',
      'succeeded',
      'forwarded',
    ])
    const entries = (await log()).filter(
      ({ kind, operationId }) => kind === 'operation.outcome' && operationId === lost,
    )
    expect(entries).toHaveLength(1)
  })

  describe('a session whose control plane was killed before it had stored it', () => {
    const admission: Admission = {
      agentId: '',
      agent: 'edge',
      principalId: randomUUID(),
      principal: 'robot',
      connectionId: randomUUID(),
      connection: 'shop',
      protocol: 'postgres',
      revision: '1.1',
      database: 'shop',
    }
    const seal = (of: Partial<Admission> = {}) =>
      test.app
        .get(Admissions, { strict: false })
        .seal({ ...admission, agentId, ...of })
        .then((sealed) => Buffer.from(sealed))

    const started = (sequence: number, id: string, sealed: Buffer): SpoolRecord => {
      const value = {
        sessionId: id,
        admission: sealed,
        clientAddress: '10.0.0.7:4000',
        claimed: [{ name: 'application_name', value: 'spec' }],
      }
      return spooled(sequence, { $case: 'sessionStarted', value })
    }
    const intentOf = (sequence: number, id: string, operationId: string): SpoolRecord =>
      intent(sequence, operationId, 'select 1', id)
    const rowOf = async (id: string) =>
      (
        await database.query(
          `SELECT principal, connection, agent_id::text AS agent, client_address AS address, state,
             end_reason AS reason, operations FROM sessions WHERE id = $1`,
          [id],
        )
      ).rows[0]
    const entriesOf = async (id: string): Promise<string[]> =>
      (await log()).filter((entry) => entry.sessionId === id).map(({ kind }) => kind)

    it('is stored from the spool with its operations, once', async () => {
      const [spool, id, operationId] = [randomUUID(), uuid(), randomUUID()]
      const batch = [started(1, id, await seal()), intentOf(2, id, operationId)]
      await take(spool, batch)
      await take(spool, batch)
      expect(await rowOf(id)).toEqual({
        principal: 'robot',
        connection: 'shop',
        agent: agentId,
        address: '10.0.0.7:4000',
        state: 'open',
        reason: '',
        operations: 1,
      })
      expect(await entriesOf(id)).toEqual(['session.opened', 'session.started', 'operation.intent'])
      const { rows } = await database.query('SELECT 1 FROM operations WHERE id = $1', [operationId])
      expect(rows).toHaveLength(1)
    })

    it('has one row and one entry when the control plane stores it at the same time', async () => {
      const writer = test.app.get(SessionWriter, { strict: false })
      const ids = Array.from({ length: 20 }, () => uuid())
      const sealed = await seal()
      const records = ids.map((id, at) => started(at + 1, id, sealed)).reverse()
      const inOrder = records.map((record, at) => ({ ...record, sequence: BigInt(at + 1) }))
      await Promise.all([
        take(randomUUID(), inOrder),
        ...ids.map((id) => writer.store(sessionOf(id, { ...admission, agentId }))),
      ])
      for (const id of ids)
        expect((await entriesOf(id)).sort()).toEqual(['session.opened', 'session.started'])
    })

    it('is not made by an admission that was altered, or that another agent was given', async () => {
      const altered = await seal()
      altered[altered.length - 5]! ^= 1
      const foreign = await seal({ agentId: randomUUID() })
      for (const sealed of [altered, foreign, Buffer.alloc(3)]) {
        const [id, operationId] = [uuid(), randomUUID()]
        await take(randomUUID(), [started(1, id, sealed), intentOf(2, id, operationId)])
        expect(await rowOf(id)).toBeUndefined()
        // What was said is evidence all the same.
        expect(await entriesOf(id)).toEqual(['session.started', 'operation.intent'])
      }
    })

    it('does not become the session of another agent by its name', async () => {
      const id = uuid()
      const other = randomUUID()
      await database.query(
        `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
           agent_id, agent, database, client_address)
         VALUES ($1, $2, 'shop', 'postgres', $2, 'alice', $2, 'edge', 'shop', '::1')`,
        [id, other],
      )
      await take(randomUUID(), [started(1, id, await seal()), intentOf(2, id, randomUUID())])
      expect(await rowOf(id)).toMatchObject({ principal: 'alice', agent: other, operations: 0 })
    })

    it('ends with the process of its agent, and those of the next process do not', async () => {
      const spool = randomUUID()
      const [gone, next] = [uuid(), uuid()]
      const sealed = await seal()
      await take(spool, [started(1, gone, sealed), life(2), started(3, next, sealed)])
      expect(await rowOf(gone)).toMatchObject({ state: 'ended', reason: 'the agent was restarted' })
      expect(await rowOf(next)).toMatchObject({ state: 'open' })
      expect((await entriesOf(gone)).filter((kind) => kind === 'session.closed')).toHaveLength(1)
    })
  })
})

interface LogEntry {
  readonly kind: string
  readonly sessionId?: string
  readonly operationId?: string
  readonly spoolId?: string
}

/** As the opening makes it, with what the writer reads. */
function sessionOf(id: string, admission: Admission): Session {
  const { principalId, principal, connectionId, connection, protocol, revision } = admission
  return {
    id,
    identity: {},
    principal: { id: principalId, name: principal },
    target: { connectionId, name: connection, protocol, revision },
    agentId: admission.agentId,
    agentName: admission.agent,
    database: admission.database,
    claimed: {},
    clientAddress: '::1',
    startedAt: new Date(),
  } as unknown as Session
}
