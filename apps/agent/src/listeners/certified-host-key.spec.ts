import { generateKeyPairSync, sign } from 'node:crypto'
import type { AgentServiceClient } from '@wardgate/contract'
import { encodeCertificate, publicBlobOf } from '@wardgate/wire/openssh'
import { quietLog } from '../testing/quiet-log'
import { CertifiedHostKey } from './certified-host-key'

const second = 1_000
let now: number
let asked: Buffer[]
let fails: boolean
let key: CertifiedHostKey

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const authority = generateKeyPairSync('ed25519')

/** For an hour from now. */
function certificate(subject: Uint8Array): Buffer {
  const from = BigInt(now / second)
  const content = {
    subject,
    serial: 1n,
    type: 'host',
    keyId: 'agent',
    principals: ['agent'],
    validAfter: from,
    validBefore: from + 3_600n,
    criticalOptions: [],
    extensions: [],
  } as const
  return encodeCertificate(content, publicBlobOf(authority.publicKey), (bytes) =>
    sign(null, bytes, authority.privateKey),
  )
}

type Answer = (error: Error | null, response?: { certificate: Buffer }) => void

/** A control plane that says this. */
function clientThat(answer: (publicKey: Buffer, done: Answer) => void): AgentServiceClient {
  const certifyHostKey = (
    { publicKey: subject }: { publicKey: Buffer },
    _metadata: unknown,
    _options: unknown,
    done: Answer,
  ) => answer(subject, done)
  return { certifyHostKey } as unknown as AgentServiceClient
}

function keyAt(client: AgentServiceClient): CertifiedHostKey {
  const hostKey = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const clock = { now: () => now, micros: () => now * 1000 }
  return new CertifiedHostKey({ hostKey, clock, log: quietLog, client: () => client })
}

beforeEach(() => {
  now = 1_800_000_000 * second
  asked = []
  fails = false
  const client = clientThat((subject, done) => {
    asked.push(subject)
    if (fails) done(new Error('away'))
    else done(null, { certificate: certificate(subject) })
  })
  key = keyAt(client)
})

it('has the public half certified, and asks for another half-way through', async () => {
  expect(key.certificate).toBeUndefined()
  await key.refresh()
  expect(asked).toEqual([publicBlobOf(publicKey)])
  const first = key.certificate
  expect(first).toBeDefined()
  now += 1_799 * second
  await key.refresh()
  expect(asked).toHaveLength(1)
  now += second
  await key.refresh()
  expect(asked).toHaveLength(2)
  expect(key.certificate).not.toEqual(first)
})

it('keeps what it has while the control plane is away, and shows nothing that has ended', async () => {
  await key.refresh()
  fails = true
  now += 3_599 * second
  await key.refresh()
  expect(key.certificate).toBeDefined()
  now += second
  await key.refresh()
  expect(key.certificate).toBeUndefined()
  fails = false
  await key.refresh()
  expect(key.certificate).toBeDefined()
})

it('shows nothing that it cannot read', async () => {
  key = keyAt(clientThat((_, done) => done(null, { certificate: Buffer.from('nonsense') })))
  await key.refresh()
  expect(key.certificate).toBeUndefined()
})
