import { good, Shop } from '../testing/shop'
import { agentClient, type AttachTalk, attachTalk, certificateRequest } from '../testing/test-agent'

jest.setTimeout(120_000)

describe('the identity of an agent that somebody has copied', () => {
  let shop: Shop

  beforeAll(async () => {
    shop = await Shop.start()
  })

  afterAll(() => shop.stop())

  const told = async (kind: string) =>
    (await good(shop.admin.get(`/v1/audit/entries?kind=${kind}`))).items as { body: object }[]

  async function attached(instanceId: string, client = shop.client): Promise<AttachTalk> {
    const talk = attachTalk(client, instanceId)
    expect(await talk.next()).toMatchObject({ $case: 'welcome' })
    return talk
  }

  const beat = (talk: AttachTalk, liveSessions: number) => {
    const spool = { spoolEntries: 0n, spoolBytes: 0n, spoolId: '', spoolLast: 0n }
    const value = { liveSessions, ...spool, oldestUnacknowledgedSeconds: 0 }
    talk.send({ message: { $case: 'heartbeat', value } })
  }

  const health = async () => (await good(shop.admin.get(`/v1/agents/${shop.agentId}`))).health

  it('shows when the process that was replaced goes on to speak, once, and its word is not kept', async () => {
    const [first, second] = [await attached('first'), await attached('second')]
    beat(second, 2)
    while ((await health()).liveSessions !== 2) continue
    expect(await told('agent.identity-shared')).toEqual([])
    beat(first, 1)
    beat(first, 1)
    while ((await told('agent.identity-shared')).length === 0) continue
    beat(second, 3)
    while ((await health()).liveSessions !== 3) continue
    expect(await health()).toMatchObject({
      instanceId: 'second',
      identitySharedAt: expect.any(String),
    })
    expect(await told('agent.identity-shared')).toMatchObject([
      { body: { agentId: shop.agentId, instanceId: 'first', latestInstanceId: 'second' } },
    ])
    for (const { stream } of [first, second]) stream.end()
  })

  it('shows when a certificate comes that was renewed, and who renewed it', async () => {
    const { request, key } = await certificateRequest()
    const renew = () =>
      new Promise<{ certificateChain: string; authority: string }>((resolve, reject) => {
        shop.client.renew({ certificateRequest: request }, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        )
      })
    const renewed = agentClient(shop.test.config.grpc.port, { ...(await renew()), key })
    const honest = await attached('third', renewed)
    expect(await told('agent.superseded-certificate')).toEqual([])
    const thief = await attached('fourth')
    await renew()
    const [byRenewal, byAttachment] = await told('agent.superseded-certificate')
    expect(byRenewal?.body).toEqual({ ...byAttachment?.body })
    expect(byAttachment?.body).toMatchObject({
      agentId: shop.agentId,
      address: expect.stringContaining('127.0.0.1'),
    })
    const [, first] = await told('agent.certificate-renewed')
    expect(byAttachment?.body).toMatchObject({
      inForce: (first?.body as { serial: string }).serial,
      serial: (first?.body as { renewedSerial: string }).renewedSerial,
    })
    for (const { stream } of [honest, thief]) stream.end()
    renewed.close()
  })
})
