import { ApiClient } from '../testing/api-client'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestIssuer } from '../testing/test-issuer'

jest.setTimeout(120_000)

const source = (rule: string) => `name: shop\nrules:\n  - ${rule}\n`
const read = '{ id: read, effect: allow, match: { actions: [read] } }'

describe('policies over HTTP', () => {
  let test: TestApp
  let issuer: TestIssuer
  let api: ApiClient
  const at = (version: number, verb = '') => `/v1/policies/shop/versions/${version}${verb}`

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
    })
    api = new ApiClient(test.url, await issuer.token())
  })

  afterAll(async () => {
    await test.stop()
    await issuer.stop()
  })

  it('refuses what is no policy, and names what is wrong', async () => {
    const wrong = { source: source('{ id: read, effect: maybe }') }
    const { status, body } = await api.post('/v1/policies', wrong)
    expect([status, body.code]).toEqual([400, 'ERR_REQUEST_INVALID'])
    expect(JSON.stringify(body.errors)).toContain('effect')
    expect((await api.post('/v1/policies', { sauce: '' })).body.code).toBe('ERR_REQUEST_INVALID')
  })

  it('takes a version from draft to active, retires the one before, and logs each step', async () => {
    for (const version of [1, 2]) {
      const draft = await api.post('/v1/policies', { source: source(read) })
      expect(draft).toMatchObject({ status: 201, body: { name: 'shop', version, state: 'draft' } })
      const active = await api.post(at(version, '/activate'))
      expect([200, 201]).toContain(active.status)
    }
    expect((await api.get(at(1))).body.state).toBe('retired')
    expect((await api.get(at(2))).body.state).toBe('active')
    await api.post(at(2, '/retire'))
    expect((await api.get('/v1/policies?name=shop&state=active')).body.items).toEqual([])
    const { items } = (await api.get('/v1/audit/entries?kind=policy.activated')).body
    expect(items).toHaveLength(2)
  })

  it('lets nobody change policies without the permission, and logs the refusal of a bad token', async () => {
    const stranger = api.as(await issuer.token({ sub: 'mallory' }))
    const refused = await stranger.post('/v1/policies', { source: source(read) })
    expect([refused.status, refused.body.code]).toEqual([403, 'ERR_AUTH_FORBIDDEN'])
    const bad = await api.as(await issuer.token({ aud: 'elsewhere' })).get('/v1/policies')
    expect(bad.status).toBe(401)
    const entries = (await api.get('/v1/audit/entries?limit=200')).body.items as { kind: string }[]
    const kinds = entries.map(({ kind }) => kind)
    expect(kinds).toEqual(
      expect.arrayContaining(['login.accepted', 'login.refused', 'access.refused']),
    )
  })

  it('refuses what the protocol of a connection cannot enforce, drafts from before too', async () => {
    const rule = '{ id: look, effect: allow, match: { actions: [read] }, readOnly: true }'
    const asked = { source: `name: ledger\nrules:\n  - ${rule}\n` }
    expect((await api.post('/v1/policies', asked)).status).toBe(201)
    const connection = {
      name: 'ledger',
      protocol: 'postgres',
      endpoints: [{ host: '127.0.0.1', port: 5432 }],
      tls: { mode: 'disable' },
      database: 'ledger',
    }
    expect((await api.post('/v1/connections', connection)).status).toBe(201)
    for (const verb of ['/activate', '/dry-run']) {
      const { body } = await api.post(`/v1/policies/ledger/versions/1${verb}`)
      expect(body.code).toBe('ERR_POLICY_UNSUPPORTED_CAPABILITY')
      expect(body.detail).toContain('read-only sessions')
    }
    const again = await api.post('/v1/policies', asked)
    expect([again.status, again.body.code]).toEqual([400, 'ERR_REQUEST_INVALID'])
    expect((await api.get('/v1/policies/ledger/versions/1')).body.state).toBe('draft')
  })

  it('logs a dry run, which decides nothing', async () => {
    const source =
      'name: rehearsal\nrules:\n  - { id: none, effect: deny, match: { actions: [read] } }\n'
    await api.post('/v1/policies', { source })
    const moved = await api.post('/v1/policies/rehearsal/versions/1/dry-run')
    expect(moved.body).toMatchObject({ state: 'dry-run' })
    const { items } = (await api.get('/v1/audit/entries?kind=policy.dry-run')).body
    expect(items).toHaveLength(1)
  })

  it('answers checkpoint and keys as text', async () => {
    const [checkpoint, keys] = [
      await api.get('/v1/audit/checkpoint'),
      await api.get('/v1/audit/keys'),
    ]
    const [origin = ''] = String(checkpoint.body).split('\n')
    expect(String(keys.body).startsWith(`${origin}+`)).toBe(true)
    expect(String(checkpoint.body)).toContain(`— ${origin} `)
  })
})
