import { SignJWT } from 'jose'
import { Client } from 'pg'
import { ApiClient } from '../testing/api-client'
import { Authenticator } from '../common/auth/authenticator'
import { roleBindingAnswer } from '../roles/roles.dto'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestIssuer } from '../testing/test-issuer'
import { IdentityService } from './identity.service'

let issuer: TestIssuer
let stranger: TestIssuer
let test: TestApp
let api: ApiClient
let db: Client

describe('identity over HTTP', () => {
  beforeAll(async () => {
    issuer = await TestIssuer.start()
    stranger = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
    })
    api = new ApiClient(test.url)
    db = new Client({ connectionString: test.database.url })
    await db.connect()
  }, 60_000)

  afterAll(async () => {
    await db.end()
    await test.stop()
    await issuer.stop()
    await stranger.stop()
  })

  const admin = async () =>
    api.as(await issuer.token({ groups: ['wardgate-admins'], name: 'Alice', token_use: 'person' }))

  async function refusalOf(token: string) {
    const { status, body } = await api.as(token).get('/v1/me')
    return { status, code: body.code }
  }

  describe('authentication', () => {
    it('knows a bearer by its token and gives it the roles of its groups', async () => {
      const { status, body } = await (await admin()).get('/v1/me')
      expect(status).toBe(200)
      expect(body.principal).toMatchObject({
        name: 'Alice',
        kind: 'person',
        groups: ['wardgate-admins'],
      })
      expect(body.permissions).toContain('issuers:write')
      expect(body.permissions).not.toContain('approvals:vote')
      expect(body.permissions).not.toContain('connections:use')
    })

    it('tells a missing, a malformed and a foreign token apart', async () => {
      expect(await api.get('/v1/me')).toMatchObject({
        status: 401,
        body: { code: 'ERR_AUTH_MISSING' },
      })
      expect(await refusalOf('not-a-token')).toEqual({
        status: 401,
        code: 'ERR_AUTH_INVALID_TOKEN',
      })
      const { body } = await api.as(await stranger.token()).get('/v1/me')
      expect(body).toMatchObject({
        code: 'ERR_AUTH_INVALID_TOKEN',
        detail: 'the issuer of the token is not registered',
      })
    })

    it('tells expired and not yet valid tokens, beyond a minute of clock skew', async () => {
      const now = Math.floor(Date.now() / 1000)
      expect(await refusalOf(await issuer.token({ exp: now - 70 }))).toEqual({
        status: 401,
        code: 'ERR_AUTH_EXPIRED_TOKEN',
      })
      expect(await refusalOf(await issuer.token({ nbf: now + 120 }))).toEqual({
        status: 401,
        code: 'ERR_AUTH_EXPIRED_TOKEN',
      })
      const skewed = await issuer.token({ exp: now - 20, sub: 'skewed' })
      expect((await api.as(skewed).get('/v1/me')).status).toBe(200)
    })

    it('refuses tokens for another audience', async () => {
      expect(await refusalOf(await issuer.token({ aud: 'billing' }))).toEqual({
        status: 401,
        code: 'ERR_AUTH_WRONG_AUDIENCE',
      })
    })

    it('refuses a token of a registered name that a stranger signed', async () => {
      const forged = await stranger.token({ iss: issuer.url })
      expect(await refusalOf(forged)).toEqual({ status: 401, code: 'ERR_AUTH_INVALID_TOKEN' })
    })

    it('refuses unsigned tokens and tokens signed with a shared secret', async () => {
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const claims = { iss: issuer.url, aud: 'wardgate', sub: 'alice', exp: 4_000_000_000 }
      const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.AA`
      const hmac = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .sign(Buffer.from('0123456789abcdef0123456789abcdef'))
      for (const token of [unsigned, hmac])
        expect(await refusalOf(token)).toEqual({ status: 401, code: 'ERR_AUTH_INVALID_TOKEN' })
    })

    it('refuses a token whose claims hold what can be neither stored nor matched', async () => {
      for (const claims of [{ sub: 'a\0b' }, { groups: ['dba\ud800'] }, { 'x\0': 1 }])
        expect(await refusalOf(await issuer.token(claims))).toEqual({
          status: 401,
          code: 'ERR_AUTH_INVALID_TOKEN',
        })
    })

    it('refuses a token that its issuer made for something else', async () => {
      for (const typ of ['at+jwt', 'application/at+jwt', 'JWT'])
        expect((await api.as(await issuer.token({}, { typ })).get('/v1/me')).status).toBe(200)
      expect(await refusalOf(await issuer.token({}, { typ: 'logout+jwt' }))).toEqual({
        status: 401,
        code: 'ERR_AUTH_INVALID_TOKEN',
      })
    })

    it('refuses a token that is bound to a key: who presents it may not have the key', async () => {
      const bindings: [unknown, string][] = [
        [{ jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }, 'a key (DPoP)'],
        [{ 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }, 'a client certificate'],
        [{ kid: 'k' }, 'a key'],
        [null, 'a key'],
      ]
      for (const [cnf, told] of bindings) {
        const bound = await issuer.token({ cnf })
        expect(await api.as(bound).get('/v1/me')).toMatchObject({
          status: 401,
          body: {
            code: 'ERR_AUTH_INVALID_TOKEN',
            detail: `the token is bound to ${told}, and comes without proof of it`,
            nextStep: expect.stringContaining('bearer tokens'),
          },
        })
      }
    })

    it('audits the first use of a token and every refusal', async () => {
      const token = await issuer.token({ sub: 'audited' })
      await api.as(token).get('/v1/me')
      await api.as(token).get('/v1/me')
      await api.as(await issuer.token({ sub: 'audited', aud: 'elsewhere' })).get('/v1/me')
      const { rows } = await db.query(
        `SELECT kind FROM audit_entries WHERE kind LIKE 'login.%'
        ORDER BY index DESC LIMIT 2`,
      )
      expect(rows.map(({ kind }) => kind)).toEqual(['login.refused', 'login.accepted'])
      const accepted = await db.query(
        `SELECT count(*)::int AS n FROM audit_entries
        WHERE kind = 'login.accepted' AND leaf LIKE '%"subject":"audited"%'`,
      )
      expect(accepted.rows[0]).toEqual({ n: 1 })
    })

    it('refuses a disabled principal from its next request on', async () => {
      const token = await issuer.token({ sub: 'leaver' })
      const { body: me } = await api.as(token).get('/v1/me')
      const path = `/v1/principals/${me.principal.id}`
      expect((await (await admin()).patch(path, { disabled: true }, 1)).status).toBe(200)
      expect(await refusalOf(token)).toEqual({ status: 403, code: 'ERR_AUTH_FORBIDDEN' })
    })

    it('reviews an identity as it is now: its roles anew, and disabled is disabled', async () => {
      const authenticator = test.app.get(Authenticator, { strict: false })
      const token = await issuer.token({ sub: 'worker', groups: ['workers'] })
      const context = { address: '127.0.0.1', surface: 'grpc' }
      const identity = await authenticator.authenticate(token, context)
      expect((await authenticator.review(identity)).grants).toEqual([])
      const as = await admin()
      await as.post('/v1/role-bindings', { role: 'user', subject: 'group:workers' })
      expect((await authenticator.review(identity)).grants).toMatchObject([{ role: 'user' }])
      await as.patch(`/v1/principals/${identity.principal.id}`, { disabled: true }, 1)
      await expect(authenticator.review(identity)).rejects.toMatchObject({
        code: 'ERR_AUTH_FORBIDDEN',
      })
    })

    it('takes a role away at once', async () => {
      const token = await issuer.token({ sub: 'reader', groups: ['readers'] })
      const as = await admin()
      const { body: binding } = await as.post('/v1/role-bindings', {
        role: 'auditor',
        subject: 'group:readers',
      })
      expect((await api.as(token).get('/v1/roles')).status).toBe(200)
      expect((await as.delete(`/v1/role-bindings/${binding.id}`)).status).toBe(204)
      expect((await api.as(token).get('/v1/roles')).status).toBe(403)
    })

    it('answers of a role binding what its description names, and nothing more', async () => {
      const { body } = await (await admin()).get('/v1/role-bindings')
      const declared = Object.keys(roleBindingAnswer.shape).sort()
      expect(body.items.length).toBeGreaterThan(0)
      for (const item of body.items) expect(Object.keys(item).sort()).toEqual(declared)
    })

    it('follows the rotation of keys, but asks for unknown keys only now and then', async () => {
      const rotating = await TestIssuer.start()
      try {
        await (
          await admin()
        ).post('/v1/issuers', {
          name: 'rotating',
          issuer: rotating.url,
          audiences: ['wardgate'],
        })
        expect((await api.as(await rotating.token()).get('/v1/me')).status).toBe(200)
        expect(rotating.keyReads).toBe(1)
        for (let i = 0; i < 3; i += 1)
          expect((await refusalOf(await rotating.token({}, { kid: `unknown-${i}` }))).status).toBe(
            401,
          )
        expect(rotating.keyReads).toBe(1)
      } finally {
        await rotating.stop()
      }
    })

    it('says that the issuer is unreachable rather than blame the token', async () => {
      const gone = await TestIssuer.start()
      await (
        await admin()
      ).post('/v1/issuers', {
        name: 'gone',
        issuer: gone.url,
        audiences: ['wardgate'],
      })
      const token = await gone.token()
      await gone.stop()
      expect(await refusalOf(token)).toEqual({ status: 503, code: 'ERR_AUTH_ISSUER_UNREACHABLE' })
    })
  })

  describe('token exchange', () => {
    const exchange = (fields: Record<string, string>) =>
      api.post(
        '/v1/token',
        new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          audience: 'connection:orders-eu',
          ...fields,
        }),
      )

    beforeAll(async () => {
      await (
        await admin()
      ).post('/v1/role-bindings', {
        role: 'user',
        subject: 'group:autogen',
        connections: ['orders-*'],
      })
      const connection = {
        name: 'orders-eu',
        protocol: 'postgres',
        endpoints: [{ host: 'db', port: 5432 }],
        database: 'shop',
      }
      const made = await (await admin()).post('/v1/connections', connection)
      expect(made.status).toBe(201)
    })

    it('makes a token that is good for its connection and nothing else', async () => {
      const subject_token = await issuer.token({
        sub: 'autogen',
        groups: ['autogen'],
        owner: 'alice',
      })
      const { status, body } = await exchange({ subject_token })
      expect(status).toBe(200)
      expect(body).toMatchObject({ token_type: 'Bearer' })
      expect(body.expires_in).toBeLessThanOrEqual(300)
      expect(await refusalOf(body.access_token)).toEqual({
        status: 401,
        code: 'ERR_AUTH_WRONG_AUDIENCE',
      })
      const identities = test.app.get(IdentityService)
      const context = { address: '127.0.0.1', surface: 'grpc' }
      const identity = await identities.authenticate(body.access_token, {
        ...context,
        expectedConnection: 'orders-eu',
      })
      expect(identity).toMatchObject({
        boundConnection: 'orders-eu',
        principal: { subject: 'autogen', owner: 'alice', groups: ['autogen'] },
      })
      await expect(
        identities.authenticate(body.access_token, { ...context, expectedConnection: 'orders-us' }),
      ).rejects.toMatchObject({ code: 'ERR_AUTH_WRONG_AUDIENCE' })
    })

    it('carries on whose behalf, and gives nobody more than both have', async () => {
      const type = 'urn:ietf:params:oauth:token-type:access_token'
      const subject_token = await issuer.token({ sub: 'bob', groups: ['autogen'] })
      const actor = await issuer.token({ sub: 'agent-7', groups: ['autogen'] })
      const powerless = await issuer.token({ sub: 'agent-8', groups: [] })
      const { body } = await exchange({ subject_token, actor_token: actor, actor_token_type: type })
      const identity = await test.app.get(IdentityService).authenticate(body.access_token, {
        address: '127.0.0.1',
        surface: 'grpc',
        expectedConnection: 'orders-eu',
      })
      expect(identity.actor?.name).toBe('agent-7')
      expect(identity.principal.subject).toBe('bob')
      const refused = await exchange({
        subject_token,
        actor_token: powerless,
        actor_token_type: type,
      })
      expect(refused).toMatchObject({ status: 403, body: { code: 'ERR_AUTH_FORBIDDEN' } })
    })

    it('refuses connections that the principal may not use', async () => {
      const subject_token = await issuer.token({ sub: 'autogen', groups: ['autogen'] })
      const { status, body } = await exchange({ subject_token, audience: 'connection:payroll' })
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'ERR_AUTH_FORBIDDEN' })
    })

    it('issues nothing for a connection that does not exist', async () => {
      const subject_token = await issuer.token({ sub: 'autogen', groups: ['autogen'] })
      expect(await exchange({ subject_token, audience: 'connection:orders-xx' })).toMatchObject({
        status: 400,
        body: {
          code: 'ERR_REQUEST_INVALID',
          error: 'invalid_target',
          errors: [{ path: 'audience', message: 'there is no connection orders-xx' }],
        },
      })
    })

    it('refuses a Wardgate token as the token to exchange', async () => {
      const subject_token = await issuer.token({ sub: 'autogen', groups: ['autogen'] })
      const { body } = await exchange({ subject_token })
      const again = await exchange({ subject_token: body.access_token })
      expect(again).toMatchObject({ status: 401, body: { code: 'ERR_AUTH_WRONG_AUDIENCE' } })
    })

    it('names every field that is wrong', async () => {
      const { status, body } = await api.post('/v1/token', new URLSearchParams({ grant_type: 'x' }))
      expect(status).toBe(400)
      expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
        'audience',
        'grant_type',
        'subject_token',
        'subject_token_type',
      ])
      expect(body.error).toBe('unsupported_grant_type')
    })

    it('gives each refusal the error that OAuth clients read', async () => {
      const errorOf = async (fields: Record<string, string>) => (await exchange(fields)).body.error
      expect(await errorOf({})).toBe('invalid_request')
      expect(await errorOf({ subject_token: 'no-token' })).toBe('invalid_request')
      const subject_token = await issuer.token({ sub: 'autogen', groups: ['autogen'] })
      expect(await errorOf({ subject_token, audience: 'connection:payroll' })).toBe(
        'invalid_target',
      )
      expect(await errorOf({ subject_token, scope: 'all' })).toBe('invalid_request')
    })
  })

  describe('limits', () => {
    it('slows down whoever fails too often, without barring good tokens seen before', async () => {
      const good = await issuer.token({ sub: 'patient' })
      expect((await api.as(good).get('/v1/me')).status).toBe(200)
      const statuses: number[] = []
      for (let i = 0; i < 25; i += 1)
        statuses.push((await api.as(await issuer.token({ aud: `no-${i}` })).get('/v1/me')).status)
      expect(statuses.at(-1)).toBe(429)
      const limited = await api.as(await issuer.token({ aud: 'no' })).get('/v1/me')
      expect(limited.body.code).toBe('ERR_AUTH_RATE_LIMITED')
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await api.as(good).get('/v1/me')).status).toBe(200)
    })
  })
})
