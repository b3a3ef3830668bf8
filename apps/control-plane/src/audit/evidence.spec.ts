import { randomUUID } from 'node:crypto'
import { leafHash } from '@wardgate/audit-log'
import {
  openCheckpoint,
  parseVerifierKey,
  verifyBundle,
  verifyInclusion,
} from '@wardgate/audit-log/verify'
import type { SpoolRecord } from '@wardgate/contract'
import { createRecordingWriter } from '@wardgate/recording'
import { Client } from 'pg'
import { ApiClient } from '../testing/api-client'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestIssuer } from '../testing/test-issuer'
import { TestSpool } from '../testing/test-spool'

jest.setTimeout(120_000)

/** Every how manieth byte of a bundle is altered. */
const stride = 13

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('the evidence bundle', () => {
  let test: TestApp
  let issuer: TestIssuer
  let api: ApiClient
  let key: string
  const spool = new TestSpool()
  const [first, second] = [randomUUID(), randomUUID()]

  function recordingOf(sessionId: string): SpoolRecord[] {
    const records: SpoolRecord[] = []
    const writer = createRecordingWriter({
      sessionId,
      protocol: 'postgres',
      startedAtMicros: 1,
      micros: () => 1,
      maxChunkBytes: 1_024,
      onChunk: (index, data, last) =>
        records.push(
          spool.record({
            $case: 'recording',
            value: { sessionId, index, data: Buffer.from(data), last },
          }),
        ),
    })
    writer.record('out', Buffer.alloc(3_000, 'x'))
    writer.end()
    return records
  }

  const ended = (sessionId: string) =>
    spool.record({
      $case: 'sessionEnded',
      value: { sessionId, reason: 'closed', errorCode: '', bytesIn: 1n, bytesOut: 2n },
    })

  async function evidence(request: object, headers = {}): Promise<string> {
    const { status, body } = await api.post('/v1/audit/evidence', request, headers)
    expect(status).toBe(200)
    return String(body)
  }

  const verify = (bundle: string | Uint8Array) => verifyBundle(bundle, { trustedKeys: [key] })

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
    })
    api = new ApiClient(test.url, await issuer.token())
    key = String((await api.get('/v1/audit/keys')).body).trim()
    const born = { $case: 'spoolCreated' as const, value: { previousSpoolId: '', reason: 'first' } }
    await spool.take(test, [spool.record(born), ...recordingOf(first)])
    await evidence({})
    await spool.take(test, [...recordingOf(second), ended(second), ended(first)])
  })

  afterAll(async () => {
    await test.stop()
    await issuer.stop()
  })

  it('shows that the whole log is unaltered and complete', async () => {
    const bundle = await evidence({})
    const report = verify(bundle)
    expect(report).toMatchObject({ integrity: { ok: true }, completeness: { ok: true } })
    const lines = bundle.trimEnd().split('\n')
    expect(lines.filter((line) => line.startsWith('{"type":"checkpoint"')).length).toBeGreaterThan(
      1,
    )
    const { agentId, spoolId } = spool
    expect(lines).toContainEqual(
      JSON.stringify({ type: 'spool', agentId, spoolId, first: 1, last: spool.last }),
    )
    expect(lines.filter((line) => line.startsWith('{"type":"recording"'))).toHaveLength(2)
  })

  it('proves one entry, whoever wrote it', async () => {
    const { items } = (await api.get('/v1/audit/entries?limit=200')).body
    expect(new Set(items.map(({ agentId }: { agentId: string | null }) => agentId)).size).toBe(2)
    const trusted = parseVerifierKey(key)
    for (const { index, kind } of items as { index: number; kind: string }[]) {
      const { status, body } = await api.get(`/v1/audit/entries/${index}`)
      expect([status, body.kind, body.leafHash]).toEqual([200, kind, hexOf(leafHash(body.leaf))])
      const opened = openCheckpoint(body.checkpoint, trusted === undefined ? [] : [trusted])
      if (typeof opened === 'string') throw new Error(opened)
      const proof = body.inclusionProof.map((hash: string) => Buffer.from(hash, 'hex'))
      const isIn = (leaf: string) =>
        verifyInclusion(leafHash(leaf), index, opened.size, proof, opened.root)
      expect([isIn(body.leaf), isIn(`${body.leaf} `)]).toEqual([true, false])
    }
    expect((await api.get('/v1/audit/entries/999999')).status).toBe(404)
    for (const wrong of ['-1', '01', 'x', '9'.repeat(30)])
      expect((await api.get(`/v1/audit/entries/${wrong}`)).status).toBe(400)
    const nobody = api.as(await issuer.token({ sub: 'nobody' }))
    expect((await nobody.get('/v1/audit/entries/0')).status).toBe(403)
  })

  it('shows an unbroken run for one session and for a span of time', async () => {
    for (const request of [{ sessionId: second }, { from: '2020-01-01T00:00:00Z' }]) {
      const report = verify(await evidence(request))
      expect(report).toMatchObject({ integrity: { ok: true }, completeness: { ok: true } })
      expect(report.entries).toBeGreaterThan(2)
    }
  })

  it('fails after any byte was altered', async () => {
    const bundle = Buffer.from(await evidence({ sessionId: second }))
    const missed: number[] = []
    for (let at = 0; at < bundle.length; at += stride) {
      const altered = Buffer.from(bundle)
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at)
      if (verify(altered).integrity.ok) missed.push(at)
    }
    expect(missed).toEqual([])
  })

  it('answers a repeated request anew, whatever Idempotency-Key it has', async () => {
    const headers = { 'Idempotency-Key': 'same' }
    const once = await evidence({ sessionId: first }, headers)
    expect(verify(await evidence({ sessionId: first }, headers))).toMatchObject({
      integrity: { ok: true },
    })
    expect(verify(once).integrity.ok).toBe(true)
  })

  it('says so when the log has nothing of what was asked for', async () => {
    const { status, body } = await api.post('/v1/audit/evidence', { sessionId: randomUUID() })
    expect([status, body.code]).toEqual([404, 'ERR_REQUEST_NOT_FOUND'])
  })

  describe('of a log in which somebody has altered what agents spooled', () => {
    let db: Client

    beforeAll(async () => {
      db = new Client({ connectionString: test.database.url })
      await db.connect()
      await db.query('ALTER TABLE audit_segments DISABLE TRIGGER USER')
    })
    afterAll(async () => {
      await db.query('ALTER TABLE audit_segments ENABLE TRIGGER USER')
      await db.end()
    })

    async function altered(leaves: string, check: (first: number) => Promise<void>): Promise<void> {
      const [{ first, kept }] = (
        await db.query(
          'SELECT first_index::int AS first, leaves AS kept FROM audit_segments ORDER BY 1 LIMIT 1',
        )
      ).rows
      const set = (value: string) =>
        `UPDATE audit_segments SET leaves = ${value} WHERE first_index = $1`
      await db.query(set(leaves), [first])
      await check(first)
      await db.query(set('$2'), [first, kept])
    }

    it('fails for the entries whose bytes are others, and names them', async () => {
      await altered('set_byte(leaves, 100, get_byte(leaves, 100) # 1)', async (first) => {
        const { integrity } = verify(await evidence({}))
        expect(integrity.ok).toBe(false)
        expect(JSON.stringify(integrity)).toContain(String(first))
      })
    })

    it('fails for the entries whose bytes are gone, and lists say that they cannot be read', async () => {
      await altered('substring(leaves FROM 1 FOR 100)', async () => {
        expect(verify(await evidence({})).integrity.ok).toBe(false)
        const { status, body } = await api.get('/v1/audit/entries')
        expect([status, body.code]).toEqual([500, 'ERR_AUDIT_CORRUPT'])
        expect(body.detail).toMatch(/^audit entry \d+ cannot be read$/)
      })
      expect(verify(await evidence({})).integrity.ok).toBe(true)
    })
  })

  describe('of a log that somebody has thinned out', () => {
    let db: Client

    beforeAll(async () => {
      db = new Client({ connectionString: test.database.url })
      await db.connect()
      // Who can alter the schema gets past what protects the rows.
      for (const table of ['audit_entries', 'audit_segments'])
        await db.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
    })
    afterAll(() => db.end())

    const refusal = async () => {
      const { status, body } = await api.post('/v1/audit/evidence', {})
      expect(status).toBe(500)
      expect(body).toMatchObject({ code: 'ERR_AUDIT_CORRUPT' })
      return String(body.detail)
    }

    it('is given as far as it is left, names what is missing, and passes nowhere', async () => {
      await evidence({})
      const { rows: whole } = await db.query('SELECT size::int FROM audit_tree')
      const [{ first, end }] = (
        await db.query(
          `DELETE FROM audit_segments WHERE first_index = (SELECT max(first_index) FROM audit_segments)
           RETURNING first_index::int AS first, end_index::int AS end`,
        )
      ).rows
      const { integrity, completeness, entries } = verify(await evidence({}))
      expect(entries).toBe(Number(whole[0]?.size) - (end - first))
      expect(integrity.problems).toContainEqual(
        expect.objectContaining({
          record: first,
          message: `missing from the log that was signed: ${end - first === 1 ? `entry ${first}` : `entries ${first} to ${end - 1}`}`,
        }),
      )
      expect(completeness.ok).toBe(false)
      await db.query('DELETE FROM audit_entries WHERE index = 0')
      const more = verify(await evidence({}))
      expect(more.integrity.problems[0]).toMatchObject({ record: 0 })
      expect(more.entries).toBe(entries - 1)
    })

    it('is refused when the tree is set back: no second history is signed', async () => {
      await db.query('UPDATE audit_tree SET size = size - 1')
      expect(await refusal()).toContain('but a checkpoint was signed for')
      await db.query('UPDATE audit_tree SET size = size + 1')
      const [{ frontier }] = (await db.query('SELECT frontier FROM audit_tree')).rows
      frontier[0] ^= 1
      await db.query('UPDATE audit_tree SET frontier = $1', [frontier])
      expect(await refusal()).toContain('is not the one that was signed')
    })
  })
})
