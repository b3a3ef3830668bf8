import { status } from '@grpc/grpc-js'
import { Client } from 'pg'
import { Shop } from '../testing/shop'
import { agentClient, certificateRequest, Conversation } from '../testing/test-agent'

jest.setTimeout(120_000)

describe('an agent and its control plane', () => {
  let shop: Shop

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'subject:robot')
  })

  afterAll(async () => {
    await shop.stop()
  })

  it('renew a certificate, and the new one is admitted', async () => {
    const { request, key } = await certificateRequest()
    const renewed = await new Promise<{ certificateChain: string; authority: string }>(
      (resolve, reject) => {
        shop.client.renew({ certificateRequest: request }, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        )
      },
    )
    expect(renewed.certificateChain).not.toBe(shop.identity.certificateChain)
    const client = agentClient(shop.test.config.grpc.port, { ...renewed, key })
    const talk = new Conversation(client.attach())
    const hello = { version: '1', protocols: [], instanceId: 'a', listeners: [] }
    talk.send({ message: { $case: 'hello', value: hello } })
    expect(await talk.next()).toMatchObject({ $case: 'welcome', value: { agentId: shop.agentId } })
    client.close()
    const entries = await shop.admin.get('/v1/audit/entries?kind=agent.certificate-renewed')
    expect(entries.body.items).toHaveLength(1)
  })

  it('part with UNAVAILABLE on every stream when the control plane stops, and its sessions end', async () => {
    const attach = await shop.attach()
    const { talk, sessionId } = await shop.open(await shop.token('robot'))
    const ingest = new Conversation(shop.client.ingest() as never)
    const begun = Date.now()
    const stopped = shop.test.app.close()
    const details = 'ERR_CONTROL_UNAVAILABLE: the control plane is stopping'
    for (const stream of [attach, talk])
      await expect(stream.next()).rejects.toMatchObject({ code: status.UNAVAILABLE, details })
    await expect(ingest.next()).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await stopped
    expect(Date.now() - begun).toBeLessThan(5_000)
    const database = new Client({ connectionString: shop.test.database.url })
    await database.connect()
    const { rows } = await database.query('SELECT state, end_reason FROM sessions WHERE id = $1', [
      sessionId,
    ])
    await database.end()
    expect(rows).toEqual([{ state: 'ended', end_reason: 'the control plane was stopped' }])
  })
})
