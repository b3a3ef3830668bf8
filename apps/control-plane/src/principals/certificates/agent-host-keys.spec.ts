import { generateKeyPairSync } from 'node:crypto'
import {
  isCertifiedBy,
  publicBlobOf,
  readCertificate,
  readPublicKeyLine,
} from '@wardgate/wire/openssh'
import { good, Shop } from '../../testing/shop'

jest.setTimeout(120_000)

let shop: Shop
const publicKey = publicBlobOf(generateKeyPairSync('ed25519').publicKey)

beforeAll(async () => {
  shop = await Shop.start()
})
afterAll(() => shop.stop())

function certify(key: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    shop.client.certifyHostKey({ publicKey: key }, (error, response) =>
      error === null ? resolve(response.certificate) : reject(error),
    )
  })
}

it('certifies the key of an agent under its own name and that of all agents, for an hour', async () => {
  const certificate = readCertificate(await certify(publicKey))
  const { hosts, clients, targets } = await good(shop.admin.get('/v1/ssh-authorities'))
  expect(new Set([hosts, clients, targets]).size).toBe(3)
  const authority = readPublicKeyLine(hosts as string)
  expect(authority && isCertifiedBy(certificate, authority)).toBe(true)
  const { items } = await good(shop.admin.get('/v1/agents'))
  const [{ name }] = items as [{ name: string }]
  expect(certificate).toMatchObject({
    type: 'host',
    subject: publicKey,
    principals: ['wardgate-agent', name],
    criticalOptions: [],
  })
  const left = Number(certificate.validBefore) - Date.now() / 1000
  expect(left).toBeGreaterThan(3_500)
  expect(left).toBeLessThanOrEqual(3_600)
  const entries = await good(shop.admin.get('/v1/audit/entries?limit=200'))
  expect(entries['items']).toContainEqual(
    expect.objectContaining({ kind: 'agent.host-key-certified' }),
  )
})

it('certifies nothing that is no key', async () => {
  await expect(certify(Buffer.from('no key'))).rejects.toThrow('no SSH public key')
})

it('certifies nothing for an agent that is revoked', async () => {
  await good(shop.admin.post(`/v1/agents/${shop.agentId}/revoke`, {}))
  await expect(certify(publicKey)).rejects.toThrow('revoked')
})
