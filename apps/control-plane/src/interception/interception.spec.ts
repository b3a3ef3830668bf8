import { X509Certificate } from 'node:crypto'
import { ApiClient } from '../testing/api-client'
import { good, Shop } from '../testing/shop'
import { certificateRequest } from '../testing/test-agent'

jest.setTimeout(120_000)

let shop: Shop

beforeAll(async () => {
  shop = await Shop.start()
  const settings = { proxyHosts: ['api.shop.test', '[::1]:8443'] }
  for (const [name, agents] of [
    ['served', [shop.agentId]],
    ['elsewhere', []],
  ] as const) {
    const { id } = await good(
      shop.admin.post('/v1/connections', {
        name,
        protocol: 'http',
        endpoints: [{ host: '127.0.0.1', port: 80 }],
        tls: { mode: 'disable' },
        settings: name === 'served' ? settings : { proxyHosts: ['other.test'] },
      }),
    )
    await good(
      shop.admin.post(`/v1/connections/${id}/credentials`, { kind: 'none', username: 'x' }),
    )
    for (const agent of agents)
      await good(shop.admin.put(`/v1/agents/${agent}/connections/${id}`, {}))
  }
})

afterAll(() => shop.stop())

async function issue(host: string): Promise<string> {
  const { request } = await certificateRequest()
  return new Promise((resolve, reject) => {
    shop.client.issueHostCertificate({ host, certificateRequest: request }, (error, response) =>
      error === null ? resolve(response.certificateChain) : reject(error),
    )
  })
}

it('certifies the hosts of connections that the agent serves, for a week', async () => {
  const answer = await shop.admin.get('/v1/interception/authority')
  const authority = new X509Certificate(answer.body as string)
  for (const [host, name] of [
    ['api.shop.test', 'DNS:api.shop.test'],
    ['::1', 'IP Address:0:0:0:0:0:0:0:1'],
  ] as const) {
    const leaf = new X509Certificate(await issue(host))
    expect(leaf.subjectAltName).toBe(name)
    expect([leaf.ca, leaf.verify(authority.publicKey)]).toEqual([false, true])
    expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThan(8 * 24 * 3_600_000)
  }
  const { items } = await good(shop.admin.get('/v1/audit/entries?limit=200'))
  const kinds = (items as { kind: string }[]).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'host.certificate-issued')).toHaveLength(2)
})

it.each(['other.test', 'evil.test', 'x.api.shop.test', 'API.SHOP.TEST', '*.shop.test', ''])(
  'certifies no other host: %j',
  async (host) => {
    await expect(issue(host)).rejects.toThrow('no connection of this agent has the host')
  },
)

it('is another authority than that of the agents, and shown to those who are logged in', async () => {
  const { body } = await shop.admin.get('/v1/interception/authority')
  expect(new X509Certificate(body as string).subject).toBe('CN=Wardgate interception authority')
  expect(shop.identity.authority).not.toBe(body)
  const anonymous = new ApiClient(shop.test.url)
  expect((await anonymous.get('/v1/interception/authority')).status).toBe(401)
})
