import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEntry, entryTime, Frontier, leafHash } from '@wardgate/audit-log'
import { verifyBundle } from '@wardgate/audit-log/verify'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { migrateDatabase, migrationsFolder } from '../common/database/migrate'
import { OperationRepository } from '../sessions/operation.repository'
import { ApiClient } from '../testing/api-client'
import { startTestApp, type TestApp } from '../testing/test-app'
import { startTestDatabase } from '../testing/test-database'
import { TestIssuer } from '../testing/test-issuer'
import { TestSpool } from '../testing/test-spool'
import { AuditRepository } from './audit.repository'
import type { EntryFilter } from './entry-filter'
import { readLeaf } from './stored-entry'

jest.setTimeout(120_000)

const environment = (issuer: TestIssuer) => ({
  WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
  WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
})

describe('the log of entries that came one at a time and of what agents spooled', () => {
  let issuer: TestIssuer
  let test: TestApp
  let database: Client
  let api: ApiClient
  let entries: AuditRepository
  const [one, other] = [new TestSpool(), new TestSpool()]
  const principalId = randomUUID()
  let [first, second] = ['', '']
  const noon = new Date('2026-03-01T12:00:00Z')

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp(environment(issuer))
    database = new Client({ connectionString: test.database.url })
    await database.connect()
    api = new ApiClient(test.url, await issuer.token())
    entries = test.app.get(AuditRepository, { strict: false })
    first = await one.session(database, principalId)
    second = await other.session(database)
    // Longer than a segment, so that a batch is cut; and between the batches somebody else appends.
    for (let batch = 0; batch < 3; batch++) {
      const ids = Array.from({ length: 300 }, () => uuid())
      await one.take(test, [
        ...ids.map((operationId, at) =>
          one.intent(first, { operationId }, at === 7 && batch === 1 ? noon : undefined),
        ),
        ...ids.map((id) => one.outcome(first, id)),
      ])
      await other.take(test, [other.intent(second)])
      await api.post('/v1/audit/evidence', { sessionId: randomUUID() })
      await api.post('/v1/roles', { name: `role-${batch}`, permissions: ['sessions:read'] })
    }
  })
  afterAll(async () => {
    await database.end()
    await test.stop()
    await issuer.stop()
  })

  const whole = () => entries.leaves({ first: 0, end: Number.MAX_SAFE_INTEGER })

  it('has every index once, in rows and in segments', async () => {
    const [{ size, rows, segments }] = (
      await database.query(`SELECT (SELECT size::int FROM audit_tree) AS size,
        (SELECT count(*)::int FROM audit_entries) AS rows,
        (SELECT count(*)::int FROM audit_segments) AS segments`)
    ).rows
    expect((await whole()).map(({ index }) => index)).toEqual(
      Array.from({ length: size }, (_, at) => at),
    )
    expect(segments).toBeGreaterThan(6)
    expect(rows).toBeGreaterThan(2)
    expect(await entries.missing(size, 10)).toEqual([])
  })

  it.each<[string, () => EntryFilter]>([
    ['any', () => ({})],
    ['a kind', () => ({ kind: 'operation.outcome' })],
    ['a kind that comes one at a time', () => ({ kind: 'role.created' })],
    ['a session', () => ({ sessionId: second })],
    ['a principal', () => ({ principalId })],
    ['a principal and a kind', () => ({ principalId, kind: 'operation.intent' })],
    ['a time', () => ({ from: noon, to: new Date(noon.getTime() + 1) })],
  ])('is listed by %s, page after page, as reading it all would', async (_name, filterOf) => {
    const filter = filterOf()
    const expected = (await whole())
      .map((stored) => ({ index: stored.index, ...readLeaf(stored) }))
      .filter(
        ({ kind, sessionId, principalId: who, time }) =>
          (filter.kind ?? kind) === kind &&
          (filter.sessionId ?? sessionId) === sessionId &&
          (filter.principalId ?? who) === who &&
          (filter.from === undefined || new Date(time) >= filter.from) &&
          (filter.to === undefined || new Date(time) < filter.to),
      )
      .map(({ index }) => index)
      .reverse()
    const listed: number[] = []
    for (let before: bigint | undefined; ;) {
      const page = await entries.list(filter, before, 97)
      listed.push(...page.map(({ index }) => index))
      if (page.length < 97) break
      before = BigInt(listed.at(-1) ?? 0)
    }
    expect(expected.length).toBeGreaterThan(0)
    expect(listed).toEqual(expected)
  })

  it('answers entries with the hashes of their leaves', async () => {
    const leaves = new Map((await whole()).map(({ index, leaf }) => [index, leaf]))
    for (const { index, leafHash: hash } of await entries.list({}, undefined, 200))
      expect(hash).toBe(Buffer.from(leafHash(leaves.get(index) ?? '')).toString('hex'))
  })

  it('takes no record of a spool and no place in the log twice', async () => {
    const copy = (changes: string) =>
      database.query(
        `INSERT INTO audit_segments SELECT (json_populate_record(s, json_build_object(${changes}))).*
         FROM audit_segments s WHERE agent_id = '${one.agentId}' ORDER BY first_index LIMIT 1`,
      )
    const beyond = `'first_index', first_index + 1000000, 'end_index', end_index + 1000000`
    for (const changes of [
      `'first_index', first_index + 1, 'end_index', end_index + 1, 'spool_id', gen_random_uuid()`,
      `'first_index', 0, 'end_index', end_index - first_index, 'spool_id', gen_random_uuid()`,
      beyond,
      `${beyond}, 'first_sequence', first_sequence + 1`,
    ])
      await expect(copy(changes)).rejects.toMatchObject({ code: '23505' })
    await expect(
      database.query(
        `INSERT INTO audit_entries (index, kind, time, leaf, leaf_hash)
         SELECT first_index + 3, 'a.b', now(), '{}', '\\x${'00'.repeat(32)}' FROM audit_segments LIMIT 1`,
      ),
    ).rejects.toMatchObject({ code: '23505' })
  })
})

describe('a log of a version that had rows only', () => {
  const spool = new TestSpool()
  const [principalId, operationId] = [randomUUID(), uuid()]

  it('goes on with all its entries, proofs, operations and the order of its spools', async () => {
    const issuer = await TestIssuer.start()
    const former = await startTestDatabase()
    await migrateWithout(former.url, '20261127150000_audit_segments')
    const database = new Client({ connectionString: former.url })
    await database.connect()
    const sessionId = await spool.session(database, principalId)
    const records = [
      spool.record({ $case: 'spoolCreated', value: { previousSpoolId: '', reason: 'first' } }),
      spool.intent(sessionId, { operationId }),
    ]
    await insertRows(database, sessionId)
    const test = await startTestApp(environment(issuer), former)
    const api = new ApiClient(test.url, await issuer.token())

    const life = spool.record({ $case: 'agentLife', value: { event: 1, detail: '' } })
    const later = spool.intent(sessionId)
    expect(await spool.take(test, [...records, life, later])).toBe(4)

    const key = String((await api.get('/v1/audit/keys')).body).trim()
    const bundle = String((await api.post('/v1/audit/evidence', {})).body)
    expect(verifyBundle(bundle, { trustedKeys: [key] })).toMatchObject({
      integrity: { ok: true },
      completeness: { ok: true },
    })
    const { agentId, spoolId } = spool
    expect(bundle).toContain(JSON.stringify({ type: 'spool', agentId, spoolId, first: 1, last: 4 }))
    // The process that had forwarded it is gone, which its spool tells.
    const shown = await test.app
      .get(OperationRepository, { strict: false })
      .list({ limit: 10, sessionId })
    expect(shown.map(({ id, status }) => [id, status])).toContainEqual([operationId, 'unknown'])

    await database.end()
    await test.stop()
    await former.stop()
    await issuer.stop()
  })

  async function migrateWithout(url: string, first: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'wardgate-migrations-'))
    await cp(migrationsFolder, folder, { recursive: true })
    for (const name of await readdir(folder))
      if (name >= first && name !== 'migration_lock.toml')
        await rm(join(folder, name), { recursive: true })
    await migrateDatabase(url, folder)
    await rm(folder, { recursive: true })
  }

  /** As that version wrote them. */
  async function insertRows(database: Client, sessionId: string): Promise<void> {
    const { agentId, spoolId } = spool
    const time = entryTime(BigInt(Date.now()) * 1000n)
    const frontier = Frontier.empty()
    for (const [at, kind] of ['spool.created', 'operation.intent'].entries()) {
      const ids = at === 0 ? {} : { principalId, sessionId, operationId }
      const place = { agentId, spoolId, sequence: at + 1 }
      const leaf = encodeEntry({ version: 1, kind, time, ...ids, ...place, body: {} })
      await database.query(
        `INSERT INTO audit_entries (index, kind, time, leaf, leaf_hash, principal_id, session_id,
           operation_id, agent_id, spool_id, sequence)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          frontier.append(leafHash(leaf)),
          kind,
          time,
          leaf,
          leafHash(leaf),
          at === 0 ? null : principalId,
          at === 0 ? null : sessionId,
          at === 0 ? null : operationId,
          agentId,
          spoolId,
          at + 1,
        ],
      )
    }
    await database.query('UPDATE audit_tree SET size = 2, frontier = $1', [
      Buffer.from(frontier.serialise()),
    ])
    await database.query(
      `INSERT INTO spool_positions (agent_id, spool_id, acknowledged, updated_at) VALUES ($1, $2, 2, now())`,
      [agentId, spoolId],
    )
    await database.query(
      `INSERT INTO operations (id, session_id, kind, text_digest, status, started_at)
       VALUES ($1, $2, 'statement', '\\x00', 'forwarded', now())`,
      [operationId, sessionId],
    )
  }
})
