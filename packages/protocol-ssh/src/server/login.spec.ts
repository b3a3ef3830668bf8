import { verify } from 'node:crypto'
import { AuthError } from '@wardgate/errors'
import { utils } from 'ssh2'
import { FakeTarget, SshStage } from '../testing'

let stage: SshStage

beforeEach(() => {
  stage = new SshStage({ target: new FakeTarget(() => ({ stdout: 'in' })) })
})
afterEach(() => stage.finish())

const refusal = new AuthError('ERR_AUTH_INVALID_TOKEN', 'nobody knows this credential')

it('takes a token as a password, for the connection that the user name is', async () => {
  await stage.client({ username: 'box', password: 'token-1' })
  expect(stage.controlPlane.opened).toMatchObject([
    { connection: 'box', unverifiedCredential: 'token-1', claimed: { user: 'box' } },
  ])
})

it('asks for a token, without echo', async () => {
  const client = await stage.client({ authHandler: ['keyboard-interactive'], tryKeyboard: true })
  expect(client.prompts).toEqual([{ prompt: 'Token: ', echo: false }])
  expect(stage.controlPlane.opened).toMatchObject([{ unverifiedCredential: client.answer }])
})

describe('a key', () => {
  const keys = {
    ed25519: utils.generateKeyPairSync('ed25519'),
    ecdsa: utils.generateKeyPairSync('ecdsa', { bits: 256 }),
    rsa: utils.generateKeyPairSync('rsa', { bits: 2048 }),
  }

  it.each([
    ['ed25519', 'ssh-ed25519', null],
    ['ecdsa', 'ecdsa-sha2-nistp256', 'sha256'],
    ['rsa', 'rsa-sha2-256', 'sha256'],
  ] as const)('%s is handed over with a proof that verifies', async (name, algorithm, hash) => {
    const { isIn } = await stage.connect({
      username: 'box',
      privateKey: keys[name].private,
      authHandler: ['publickey'],
    })
    expect(isIn).toBe(true)
    const [opened] = stage.controlPlane.opened
    const proof = opened!.unverifiedProof!
    expect(proof.algorithm).toBe(algorithm)
    const parsed = utils.parseKey(Buffer.from(proof.publicKey))
    if (parsed instanceof Error) throw parsed
    expect(verify(hash, proof.signed, parsed.getPublicPEM(), proof.signature)).toBe(true)
    expect(Buffer.from(proof.signed).includes('box')).toBe(true)
  })

  it('that nobody knows does not keep its owner from sending a token', async () => {
    const { open } = stage.controlPlane
    stage.controlPlane.open = (request) => {
      stage.controlPlane.refusal = request.unverifiedProof === undefined ? undefined : refusal
      return open.call(stage.controlPlane, request)
    }
    const { isIn } = await stage.connect({
      username: 'box',
      privateKey: keys.ed25519.private,
      password: 'token-1',
      authHandler: ['publickey', 'password'],
    })
    expect(isIn).toBe(true)
    expect(stage.spool.of('login-refused')).toHaveLength(1)
  })
})

it('says why a token is refused, and lets another be sent', async () => {
  stage.controlPlane.refusal = refusal
  const { client, isIn } = await stage.connect({ password: 'wrong' })
  expect(isIn).toBe(false)
  expect(client.banner).toContain('ERR_AUTH_INVALID_TOKEN: nobody knows this credential')
})

it('has a bound on attempts', async () => {
  stage.controlPlane.refusal = refusal
  const attempts = Array.from({ length: 9 }, (_, at) => ({
    type: 'password' as const,
    username: 'box',
    password: `wrong-${at}`,
  }))
  const { isIn } = await stage.connect({ authHandler: attempts })
  expect(isIn).toBe(false)
  expect(stage.controlPlane.opened.length).toBeLessThanOrEqual(6)
})

it('has a bound on bytes before the login', async () => {
  const stream = stage.open()
  const closed = new Promise((resolve) => stream.once('close', resolve))
  stream.resume()
  stream.write(Buffer.alloc(300 * 1024, 'x'))
  await closed
  expect(stage.controlPlane.opened).toEqual([])
})

it('lets nobody in before the target was reached, and never to another host', async () => {
  await stage.finish()
  const other = `SHA256:${'A'.repeat(43)}`
  stage = new SshStage({ target: new FakeTarget(), settings: { hostKeys: [other] } })
  const { client, isIn } = await stage.connect()
  expect(isIn).toBe(false)
  expect(client.banner).toContain('the host key of the target has changed')
  expect(stage.target.received()).toHaveLength(0)
})

it('dials no target whose host key nobody has registered', async () => {
  await stage.finish()
  stage = new SshStage({ target: new FakeTarget(), settings: { hostKeys: [] } })
  const { client, isIn } = await stage.connect()
  expect(isIn).toBe(false)
  expect(client.banner).toMatch(/no host key is registered .*SHA256:/)
})

it.each([
  ['kex', 'diffie-hellman-group1-sha1'],
  ['kex', 'ecdh-sha2-nistp256'],
  ['cipher', 'aes128-cbc'],
  ['cipher', 'chacha20-poly1305@openssh.com'],
  ['hmac', 'hmac-sha1'],
] as const)('negotiates no %s %s', async (kind, name) => {
  const cipher = kind === 'hmac' ? { cipher: ['aes128-ctr' as const] } : {}
  const { isIn } = await stage.connect({ algorithms: { ...cipher, [kind]: [name] } })
  expect(isIn).toBe(false)
})
