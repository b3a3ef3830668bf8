import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { KeyProof } from '@wardgate/gateway'
import { ByteWriter } from '@wardgate/wire'
import {
  certificateAlgorithm,
  publicBlobOf,
  putString,
  type CertificateContent,
} from '@wardgate/wire/openssh'
import { Authenticator } from '../../common/auth/authenticator'
import { ApiClient } from '../../testing/api-client'
import { startTestApp, type TestApp } from '../../testing/test-app'
import { TestIssuer } from '../../testing/test-issuer'
import { SshAuthorities } from './ssh-authorities'

let issuer: TestIssuer
let test: TestApp
let api: ApiClient

const context = { address: '127.0.0.1', surface: 'grpc', expectedConnection: 'web' }

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const blob = publicBlobOf(publicKey)
  return { privateKey, blob, line: `ssh-ed25519 ${blob.toString('base64')} me` }
}

/** What a client signs that logs in with a certificate (RFC 4252 section 7). */
function prove(certificate: Buffer, key: KeyObject, user = 'web'): KeyProof {
  const writer = putString(new ByteWriter(), Buffer.alloc(32, 7)).u8(50)
  for (const text of [user, 'ssh-connection', 'publickey']) putString(writer, text)
  putString(putString(writer.u8(1), certificateAlgorithm), certificate)
  const signed = Buffer.from(writer.finish())
  const signature = sign(null, signed, key)
  return { algorithm: certificateAlgorithm, publicKey: certificate, signed, signature }
}

describe('SSH certificates', () => {
  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
    })
    api = new ApiClient(test.url)
    await (await admin()).post('/v1/role-bindings', { role: 'user', subject: 'group:users' })
  }, 60_000)

  afterAll(async () => {
    await test.stop()
    await issuer.stop()
  })

  const admin = async () =>
    api.as(await issuer.token({ groups: ['wardgate-admins'], name: 'Alice', token_use: 'person' }))
  const authenticate = (proof: KeyProof) =>
    test.app.get(Authenticator, { strict: false }).authenticateKey(proof, context)

  async function someone(sub: string) {
    const own = api.as(await issuer.token({ sub, groups: ['users'] }))
    const { body } = await own.get('/v1/me')
    const id: string = body.principal.id
    return { own, id, path: `/v1/principals/${id}/ssh-certificates` }
  }

  const bytesOf = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64')

  it('let in whoever they were issued to, at the connections they were issued for', async () => {
    const { own, path } = await someone('holder')
    const { line, privateKey } = newKey()
    const issued = await own.post(path, { publicKey: line, connections: ['web'] })
    expect(issued).toMatchObject({ status: 201, body: { connections: ['web'] } })
    const certificate = bytesOf(issued.body.certificate)
    const identity = await authenticate(prove(certificate, privateKey))
    expect(identity.principal.subject).toBe('holder')
    expect(identity.expiresAt.toISOString()).toBe(issued.body.expiresAt)
    expect(identity.boundConnection).toBe('web')
    await expect(authenticate(prove(certificate, privateKey, 'db'))).rejects.toMatchObject({
      code: 'ERR_AUTH_INVALID_TOKEN',
    })
    await expect(authenticate(prove(certificate, newKey().privateKey))).rejects.toMatchObject({
      message: 'the certificate came without a valid signature by its key',
    })
  })

  it('are issued to their own principal alone, for Ed25519 keys and connections it may use', async () => {
    const { path } = await someone('victim')
    const body = { publicKey: newKey().line, connections: ['web'] }
    expect((await (await admin()).post(path, body)).status).toBe(403)
    const stranger = api.as(await issuer.token({ sub: 'stranger' }))
    const { body: me } = await stranger.get('/v1/me')
    const own = `/v1/principals/${me.principal.id}/ssh-certificates`
    expect((await stranger.post(own, body)).status).toBe(403)
    const { own: mine, path: minePath } = await someone('mine')
    expect((await mine.post(minePath, { ...body, publicKey: 'ssh-rsa AAAA' })).status).toBe(400)
  })

  it('end with the principal, at a session that is under way too', async () => {
    const { own, id, path } = await someone('leaver')
    const { line, privateKey } = newKey()
    const issued = await own.post(path, { publicKey: line, connections: ['web'] })
    const proof = prove(bytesOf(issued.body.certificate), privateKey)
    const identity = await authenticate(proof)
    await (await admin()).patch(`/v1/principals/${id}`, { disabled: true }, 1)
    await expect(authenticate(proof)).rejects.toMatchObject({ code: 'ERR_AUTH_FORBIDDEN' })
    const authenticator = test.app.get(Authenticator, { strict: false })
    await expect(authenticator.review(identity)).rejects.toMatchObject({
      code: 'ERR_AUTH_FORBIDDEN',
    })
  })

  describe('of our own authority are refused', () => {
    const hour = 3_600n
    const now = () => BigInt(Math.floor(Date.now() / 1000))

    async function presented(change: Partial<CertificateContent>, by: 'clients' | 'targets') {
      const { id } = await someone('presenter')
      const { blob, privateKey } = newKey()
      const content: CertificateContent = {
        subject: blob,
        serial: 1n,
        type: 'user',
        keyId: id,
        principals: ['web'],
        validAfter: now() - hour,
        validBefore: now() + hour,
        criticalOptions: [],
        extensions: [],
        ...change,
      }
      const certificate = await test.app.get(SshAuthorities, { strict: false }).issue(by, content)
      return authenticate(prove(certificate, privateKey))
    }

    it('only when something is wrong with them', async () => {
      await expect(presented({}, 'clients')).resolves.toMatchObject({})
    })

    it.each<[string, Partial<CertificateContent>, string]>([
      ['before their time', { validAfter: now() + hour }, 'is not valid yet'],
      ['after their time', { validBefore: now() - 1n }, 'has expired'],
      ['for hosts', { type: 'host' }, 'is for a host'],
      ['for every name', { principals: [] }, 'is not for connection web'],
      ['for a pattern of names', { principals: ['*', 'w?b'] }, 'is not for connection web'],
      [
        'with a critical option',
        { criticalOptions: [{ name: 'source-address', value: '10.0.0.0/8' }] },
        'has a critical option',
      ],
      ['without a principal', { keyId: 'somebody' }, 'names no principal'],
    ])('%s', async (_title, change, why) => {
      await expect(presented(change, 'clients')).rejects.toThrow(why)
    })

    it('when they are what agents log in to targets with', async () => {
      await expect(presented({}, 'targets')).rejects.toThrow('was not issued by this control plane')
    })
  })
})
