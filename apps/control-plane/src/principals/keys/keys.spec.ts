import { Authenticator } from '../../common/auth/authenticator'
import { ApiClient } from '../../testing/api-client'
import { ed25519Client } from '../../testing/signing-client'
import { startTestApp, type TestApp } from '../../testing/test-app'
import { TestIssuer } from '../../testing/test-issuer'

let issuer: TestIssuer
let test: TestApp
let api: ApiClient

const context = { address: '127.0.0.1', surface: 'grpc', expectedConnection: 'web' }

describe('registered public keys', () => {
  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
    })
    api = new ApiClient(test.url)
  }, 60_000)

  afterAll(async () => {
    await test.stop()
    await issuer.stop()
  })

  const admin = async () =>
    api.as(await issuer.token({ groups: ['wardgate-admins'], name: 'Alice', token_use: 'person' }))

  async function someone(sub: string) {
    const own = api.as(await issuer.token({ sub }))
    const { body } = await own.get('/v1/me')
    return { own, path: `/v1/principals/${body.principal.id}/keys` }
  }

  const authenticator = () => test.app.get(Authenticator, { strict: false })

  it('are added, listed and revoked by their own principal', async () => {
    const { own, path } = await someone('holder')
    const client = ed25519Client()
    const added = await own.post(path, { name: 'laptop', publicKey: client.line })
    expect(added).toMatchObject({ status: 201, body: { name: 'laptop' } })
    expect(added.body.fingerprint).toMatch(/^SHA256:/)
    expect((await own.get(path)).body.items).toHaveLength(1)
    expect((await own.post(path, { name: 'again', publicKey: client.line })).status).toBe(409)
    expect((await own.delete(`${path}/${added.body.id}`)).status).toBe(204)
    expect((await own.get(path)).body.items).toEqual([])
  })

  it('are never added for somebody else, whoever asks', async () => {
    const { path } = await someone('victim')
    const { own } = await someone('intruder')
    const key = { name: 'mine', publicKey: ed25519Client().line }
    expect((await own.post(path, key)).status).toBe(403)
    expect((await (await admin()).post(path, key)).status).toBe(403)
    expect((await own.get(path)).status).toBe(403)
    expect((await (await admin()).get(path)).status).toBe(200)
  })

  it('prove who logs in, until they are revoked or its principal is disabled', async () => {
    const { own, path } = await someone('signer')
    const client = ed25519Client()
    const { body: key } = await own.post(path, { name: 'k', publicKey: client.line })
    const identity = await authenticator().authenticateKey(client.prove('web'), context)
    expect(identity.principal.subject).toBe('signer')
    await expect(
      authenticator().authenticateKey(client.prove('db'), context),
    ).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID_TOKEN' })
    await own.delete(`${path}/${key.id}`)
    await expect(authenticator().review(identity)).rejects.toMatchObject({
      message: 'the public key was revoked',
    })
    await own.post(path, { name: 'k', publicKey: client.line })
    await (await admin()).patch(path.replace('/keys', ''), { disabled: true }, 1)
    await expect(
      authenticator().authenticateKey(client.prove('web'), context),
    ).rejects.toMatchObject({ code: 'ERR_AUTH_FORBIDDEN' })
  })

  it('refuses a key that nobody registered', async () => {
    await expect(
      authenticator().authenticateKey(ed25519Client().prove('web'), context),
    ).rejects.toMatchObject({ message: 'the public key is not registered' })
  })
})
