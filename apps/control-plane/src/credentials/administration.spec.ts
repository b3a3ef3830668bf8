import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { rekey } from '../commands/rekey'
import { readConfig } from '../config/env'
import { ApiClient } from '../testing/api-client'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestIssuer } from '../testing/test-issuer'
import { CredentialService } from './credentials.service'

const planted = 'correct-horse-battery-staple-9271'
const oldKey = randomBytes(32).toString('base64')
let issuer: TestIssuer
let test: TestApp
let admin: ApiClient
let db: Client
let connectionId: string

const shop = {
  name: 'shop',
  protocol: 'postgres',
  endpoints: [{ host: '127.0.0.1', port: 5432 }],
  tls: { mode: 'disable' },
  database: 'shop',
}

describe('administration over HTTP', () => {
  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
      WARDGATE_MASTER_KEY: oldKey,
    })
    admin = new ApiClient(test.url).as(await issuer.token({ groups: ['wardgate-admins'] }))
    db = new Client({ connectionString: test.database.url })
    await db.connect()
    const { body } = await admin.post('/v1/connections', shop)
    connectionId = body.id
  }, 60_000)

  afterAll(async () => {
    await db.end()
    await test.stop()
    await issuer.stop()
  })

  async function epoch(): Promise<bigint> {
    const { rows } = await db.query('SELECT epoch FROM policy_epoch')
    return BigInt(rows[0].epoch)
  }

  describe('connections', () => {
    it('answers a creation with its place and its version', async () => {
      const before = await epoch()
      const created = await admin.post('/v1/connections', { ...shop, name: 'shop-2' })
      expect(created.status).toBe(201)
      expect(created.headers.get('location')).toBe(`/v1/connections/${created.body.id}`)
      expect(created.headers.get('etag')).toBe('"1"')
      expect(await epoch()).toBe(before + 1n)
      const again = await admin.post('/v1/connections', { ...shop, name: 'shop-2' })
      expect(again).toMatchObject({ status: 409, body: { code: 'ERR_REQUEST_CONFLICT' } })
    })

    it('names every wrong field at once, unknown ones too', async () => {
      const { status, body } = await admin.post('/v1/connections', {
        name: 'No Good',
        endpoints: [{ host: 'db', port: 70000 }],
        colour: 'red',
      })
      expect(status).toBe(400)
      expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
        'colour',
        'endpoints.0.port',
        'name',
        'protocol',
      ])
    })

    it('checks settings by the schema of the protocol', async () => {
      const settings = { connectMillis: 'soon', magic: true }
      const { body } = await admin.post('/v1/connections', { ...shop, name: 'x', settings })
      expect(body.errors.map(({ path }: { path: string }) => path)).toContain(
        'settings.connectMillis',
      )
      const unknown = await admin.post('/v1/connections', {
        ...shop,
        name: 'x',
        protocol: 'gopher',
      })
      expect(unknown.body.errors[0].path).toBe('protocol')
    })

    it('changes only the version that was read', async () => {
      const { body } = await admin.post('/v1/connections', { ...shop, name: 'versioned' })
      const path = `/v1/connections/${body.id}`
      expect((await admin.patch(path, { description: 'a' })).status).toBe(428)
      const changed = await admin.patch(path, { description: 'a' }, 1)
      expect(changed).toMatchObject({ status: 200, body: { version: 2, description: 'a' } })
      expect((await admin.patch(path, { description: 'b' }, 1)).status).toBe(412)
      expect((await admin.delete(path, 2)).status).toBe(204)
      expect((await admin.get(path)).status).toBe(404)
    })

    it('pages through all of them once, however small the page', async () => {
      for (let i = 0; i < 5; i += 1)
        await admin.post('/v1/connections', { ...shop, name: `paged-${i}` })
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const { body } = await admin.get(
          `/v1/connections?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        )
        seen.push(...body.items.map(({ name }: { name: string }) => name))
        cursor = body.nextCursor
      }
      expect(seen.filter((name) => name.startsWith('paged-'))).toEqual(
        [4, 3, 2, 1, 0].map((i) => `paged-${i}`),
      )
      expect(new Set(seen).size).toBe(seen.length)
      expect((await admin.get('/v1/connections?cursor=bm9uc2Vuc2U')).status).toBe(400)
      expect((await admin.get('/v1/connections?order=asc')).status).toBe(400)
    })

    it('creates once under one idempotency key', async () => {
      const key = { 'Idempotency-Key': 'create-once' }
      const body = { ...shop, name: 'once' }
      const first = await admin.post('/v1/connections', body, key)
      const second = await admin.post('/v1/connections', body, key)
      expect(second.status).toBe(201)
      expect(second.body).toEqual(first.body)
      for (const name of ['etag', 'location'])
        expect(second.headers.get(name)).toBe(first.headers.get(name))
      const other = await admin.post('/v1/connections', { ...body, name: 'twice' }, key)
      expect(other.status).toBe(409)
    })

    it('refuses bodies above the limit', async () => {
      const { status, body } = await admin.post('/v1/connections', { pad: 'x'.repeat(2 << 20) })
      expect({ status, code: body.code }).toEqual({ status: 413, code: 'ERR_REQUEST_OVERSIZE' })
    })

    it('shows a narrowed reader only the connections it may see', async () => {
      await admin.post('/v1/roles', { name: 'shop-reader', permissions: ['connections:read'] })
      await admin.post('/v1/role-bindings', {
        role: 'shop-reader',
        subject: 'group:shop-readers',
        connections: ['paged-*'],
      })
      const reader = new ApiClient(test.url).as(
        await issuer.token({ sub: 'reader', groups: ['shop-readers'] }),
      )
      const { body } = await reader.get('/v1/connections')
      expect(body.items.every(({ name }: { name: string }) => name.startsWith('paged-'))).toBe(true)
      expect((await reader.get(`/v1/connections/${connectionId}`)).status).toBe(404)
      expect((await reader.post('/v1/connections', shop)).status).toBe(403)
    })

    it('keeps the last binding of the role admin', async () => {
      const { body } = await admin.get('/v1/role-bindings?limit=200')
      const last = body.items.find(({ role }: { role: string }) => role === 'admin')
      expect((await admin.delete(`/v1/role-bindings/${last.id}`)).status).toBe(409)
    })
  })

  describe('credentials', () => {
    it('never answers a secret, and opens the newest version', async () => {
      const path = `/v1/connections/${connectionId}/credentials`
      await admin.post(path, { kind: 'password', username: 'app', password: 'first' })
      const { status, body } = await admin.post(path, {
        kind: 'password',
        username: 'app',
        password: planted,
      })
      expect(status).toBe(201)
      expect(body).toMatchObject({ kind: 'password', username: 'app', version: 2, retiredAt: null })
      expect(JSON.stringify((await admin.get(path)).body)).not.toContain(planted)
      await expect(test.app.get(CredentialService).openFor(connectionId)).resolves.toEqual({
        version: 2,
        credential: { kind: 'password', user: 'app', password: planted },
      })
    })

    it('does not open a sealed value that was moved to another connection', async () => {
      const { body } = await admin.post('/v1/connections', { ...shop, name: 'thief' })
      const own = { kind: 'password', username: 'thief', password: 'known' }
      await admin.post(`/v1/connections/${body.id}/credentials`, own)
      await db.query(
        `UPDATE credentials SET (sealed, wrapped_key, master_key_id) =
          (SELECT sealed, wrapped_key, master_key_id FROM credentials
            WHERE connection_id = $2 AND version = 2)
         WHERE connection_id = $1`,
        [body.id, connectionId],
      )
      await expect(test.app.get(CredentialService).openFor(body.id)).rejects.toMatchObject({
        code: 'ERR_INTERNAL',
      })
    })

    it('is in no dump of the database: not plain, not base64, not hex', async () => {
      await admin.post('/v1/issuers', {
        name: 'confidential',
        issuer: 'https://login.example.com',
        audiences: ['wardgate'],
        clientId: 'wardgate',
        clientSecret: planted,
      })
      const tables = await db.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
      const dump: string[] = []
      for (const { tablename } of tables.rows) {
        const { rows } = await db.query(`SELECT t::text AS row FROM "${tablename}" t`)
        dump.push(...rows.map(({ row }) => row))
      }
      const text = dump.join('\n')
      expect(text).toContain('shop')
      const bytes = Buffer.from(planted)
      for (const form of [planted, bytes.toString('base64').slice(0, -4), bytes.toString('hex')]) {
        expect(text).not.toContain(form)
        expect(text).not.toContain(Buffer.from(form).toString('hex'))
      }
    })

    it('opens with the new master key after re-keying, and not with the old one', async () => {
      const next = randomBytes(32).toString('base64')
      const file = join(mkdtempSync(join(tmpdir(), 'wardgate-key-')), 'master.key')
      writeFileSync(file, `${next}\n`, { mode: 0o600 })
      const env = { DATABASE_URL: test.database.url, WARDGATE_LOG_LEVEL: 'error' }
      const config = readConfig({ ...env, WARDGATE_MASTER_KEY: oldKey })
      const hook = { name: 'rotated', url: 'http://127.0.0.1:9' }
      const { body: webhook } = await admin.post('/v1/webhooks', hook)
      const rotation = `/v1/webhooks/${webhook.id}/rotate-secret`
      await admin.post(rotation, {}, { 'if-match': '"1"' })
      await rekey(config, ['--new-master-key-file', file])
      await rekey(config, ['--new-master-key-file', file])
      const { rows } = await db.query(
        `SELECT master_key_id FROM credentials UNION SELECT master_key_id FROM sealed_secrets
          UNION SELECT master_key_id FROM webhooks
          UNION SELECT convert_from(previous_secret, 'UTF8')::json ->> 'key' FROM webhooks`,
      )
      expect(rows).toHaveLength(1)
      await expect(test.app.get(CredentialService).openFor(connectionId)).rejects.toMatchObject({
        code: 'ERR_CONFIG_INVALID',
      })
      const restarted = await startTestApp({ WARDGATE_MASTER_KEY: next }, test.database)
      try {
        const opened = await restarted.app.get(CredentialService).openFor(connectionId)
        expect(opened?.credential).toEqual({ kind: 'password', user: 'app', password: planted })
      } finally {
        await restarted.stop()
      }
    })
  })

  describe('the audit log', () => {
    it('cannot be changed, thinned out or emptied', async () => {
      for (const attack of [
        `UPDATE audit_entries SET kind = 'nothing.happened'`,
        'DELETE FROM audit_entries',
        'TRUNCATE audit_entries',
      ])
        await expect(db.query(attack)).rejects.toThrow('never changed or removed')
    })
  })
})
