import { execFileSync } from 'node:child_process'
import {
  createPrivateKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KeyProof } from '@wardgate/gateway'
import { ByteWriter } from '@wardgate/wire'
import {
  certificateTypeOf,
  publicBlobOf,
  putString,
  readPublicKeyLine,
  type CertificateContent,
} from '@wardgate/wire/openssh'
import { Authenticator } from '../../common/auth/authenticator'
import { Database } from '../../common/database/database'
import { Insider } from '../../testing/insider'
import { ApiClient } from '../../testing/api-client'
import { startTestApp, type TestApp } from '../../testing/test-app'
import { TestIssuer } from '../../testing/test-issuer'
import { CertificatesRepository } from './certificates.repository'
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

/** One of OpenSSH's own making. */
function otherKey(type: string, bits: string) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-keys-'))
  const file = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-m', 'PEM', '-N', '', '-f', file])
  const line = readFileSync(`${file}.pub`, 'utf8')
  const privateKey = createPrivateKey(readFileSync(file))
  rmSync(folder, { recursive: true })
  return { privateKey, line, type: readPublicKeyLine(line)?.type ?? '' }
}

interface Proving {
  readonly user?: string
  /** By what it is signed. */
  readonly algorithm?: string
  readonly digest?: string | null
}

/** What a client signs that logs in with a certificate (RFC 4252 section 7). */
function prove(
  certificate: Buffer,
  key: KeyObject,
  { user = 'web', algorithm = 'ssh-ed25519', digest = null }: Proving = {},
): KeyProof {
  const certificateAlgorithm = certificateTypeOf(algorithm)
  const writer = putString(new ByteWriter(), Buffer.alloc(32, 7)).u8(50)
  for (const text of [user, 'ssh-connection', 'publickey']) putString(writer, text)
  putString(putString(writer.u8(1), certificateAlgorithm), certificate)
  const signed = Buffer.from(writer.finish())
  const signature = sign(digest, signed, key)
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
    await expect(
      authenticate(prove(certificate, privateKey, { user: 'db' })),
    ).rejects.toMatchObject({
      code: 'ERR_AUTH_INVALID_TOKEN',
    })
    await expect(authenticate(prove(certificate, newKey().privateKey))).rejects.toMatchObject({
      message: 'the certificate came without a valid signature by its key',
    })
  })

  it('are issued to their own principal alone, for connections it may use', async () => {
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

  it.each([
    ['rsa', '2048', 'rsa-sha2-256', 'sha256'],
    ['rsa', '2048', 'rsa-sha2-512', 'sha512'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256', 'sha256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384', 'sha384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521', 'sha512'],
  ])('certify a key of type %s (%s bits), signing by %s', async (type, bits, algorithm, digest) => {
    const { own, path, id } = await someone(`holder-${algorithm}`)
    const key = otherKey(type, bits)
    const issued = await own.post(path, { publicKey: key.line, connections: ['web'] })
    const certificate = issued.body.certificate
    expect(certificate).toMatch(new RegExp(`^${certificateTypeOf(key.type)} `))
    const proof = prove(bytesOf(certificate), key.privateKey, { algorithm, digest })
    await expect(authenticate(proof)).resolves.toMatchObject({ principal: { id } })
    const weak = prove(bytesOf(certificate), key.privateKey, {
      algorithm: key.type,
      digest: 'sha1',
    })
    await expect(authenticate(weak)).rejects.toMatchObject({ code: 'ERR_AUTH_INVALID_TOKEN' })
  })

  it('let nobody in once they are revoked, and end what they let in before', async () => {
    const { own, path, id } = await someone('careless')
    const [lost, kept] = [newKey(), newKey()]
    const [first, second] = [
      await own.post(path, { publicKey: lost.line, connections: ['web'] }),
      await own.post(path, { publicKey: kept.line, connections: ['web'] }),
    ]
    const proof = prove(bytesOf(first.body.certificate), lost.privateKey)
    const identity = await authenticate(proof)
    const { body: listed } = await own.get(path)
    const serials = listed.items.map((item: { serial: string }) => item.serial)
    expect(serials).toEqual([second.body.serial, first.body.serial])
    const stranger = (await someone('stranger-2')).own
    const revoke = `${path}/${first.body.serial}`
    expect((await stranger.delete(revoke)).status).toBe(403)
    expect((await stranger.get(path)).status).toBe(403)
    const insider = await Insider.at(test)
    const issued = await insider.copy('ssh_certificates')
    expect((await (await admin()).delete(revoke)).status).toBe(204)
    expect((await (await admin()).delete(revoke)).status).toBe(404)
    await expect(authenticate(proof)).rejects.toThrow('the certificate was revoked')
    await insider.putBack('ssh_certificates', issued)
    await expect(authenticate(proof)).rejects.toMatchObject({ code: 'ERR_CONTROL_FORGED' })
    await insider.write('DELETE FROM ssh_certificates WHERE serial = $1', [first.body.serial])
    await insider.close()
    const authenticator = test.app.get(Authenticator, { strict: false })
    await expect(authenticator.review(identity)).rejects.toThrow('the certificate was revoked')
    const other = prove(bytesOf(second.body.certificate), kept.privateKey)
    await expect(authenticate(other)).resolves.toMatchObject({ principal: { id } })
    const { body: entries } = await (
      await admin()
    ).get('/v1/audit/entries?kind=principal.certificate-revoked')
    expect(JSON.stringify(entries)).toContain(first.body.serial)
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
      const row = {
        id: randomUUID(),
        serial: '1',
        principalId: id,
        fingerprint: '',
        connections: ['web'],
        expiresAt: new Date(Date.now() + 3_600_000),
      }
      await test.app.get(Database, { strict: false }).transaction(async (tx) => {
        await tx.sshCertificate.deleteMany({ where: { serial: '1' } })
        await test.app.get(CertificatesRepository, { strict: false }).create(tx, row)
      })
      return authenticate(prove(certificate, privateKey))
    }

    it('when it is not on the list', async () => {
      await expect(presented({ serial: 2n }, 'clients')).rejects.toThrow('was revoked')
    })

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
