import { v7 as uuid } from 'uuid'
import { reseal } from '../commands/reseal'
import { ApiClient } from '../testing/api-client'
import { Insider } from '../testing/insider'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestIssuer } from '../testing/test-issuer'
import { WebhookReceiver } from '../testing/webhook-receiver'
import { DeliveryService } from './delivery.service'

jest.setTimeout(120_000)

describe('who can write the database', () => {
  let issuer: TestIssuer
  let test: TestApp
  let api: ApiClient
  let insider: Insider
  let receiver: WebhookReceiver
  let thief: WebhookReceiver

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
    })
    api = new ApiClient(test.url, await issuer.token())
    insider = await Insider.at(test)
    receiver = await WebhookReceiver.start()
    thief = await WebhookReceiver.start()
  })

  afterAll(async () => {
    await insider.close()
    await test.stop()
    await receiver.stop()
    await thief.stop()
    await issuer.stop()
  })

  beforeEach(async () => {
    const hook = { name: 'on-call', url: receiver.url, topics: ['approval.requested'] }
    expect((await api.post('/v1/webhooks', hook)).status).toBe(201)
  })

  afterEach(async () => {
    const { items } = (await api.get('/v1/webhooks')).body
    for (const { id, version } of items) await api.delete(`/v1/webhooks/${id}`, version)
    receiver.received.length = 0
    thief.received.length = 0
  })

  const deliver = async (id: string) => {
    await insider.write('UPDATE outbox_messages SET next_at = now() WHERE id = $1', [id])
    const delivery = test.app.get(DeliveryService, { strict: false })
    return (await delivery.deliver(id, AbortSignal.timeout(10_000))).kind
  }

  /** A message that no queue hears of. */
  async function message(): Promise<string> {
    const id = uuid()
    const payload = JSON.stringify({ summary: 'delete 1 row' })
    await insider.write(
      `INSERT INTO outbox_messages (id, topic, payload) VALUES ($1, 'approval.requested', $2)`,
      [id, payload],
    )
    return id
  }

  const told = () => [receiver.received.length, thief.received.length]

  it.each([
    ['leads no message to a receiver of his own', () => `url = '${thief.url}'`],
    ['silences no webhook', () => 'enabled = false'],
    ['takes no topic away', () => `topics = '{}'`],
    ['has nothing signed with another secret', () => `sealed = '\\x00'`],
    ['lets no former secret sign longer', () => `previous_until = now() + interval '1 year'`],
  ])('%s', async (_what, attack) => {
    const id = await message()
    const before = await insider.copy('webhooks')
    await insider.write(`UPDATE webhooks SET ${attack()}`)
    expect(await deliver(id)).toBe('retry')
    expect(told()).toEqual([0, 0])
    await insider.putBack('webhooks', before)
    expect(await deliver(id)).toBe('done')
    expect(told()).toEqual([1, 0])
  })

  it('adds no receiver, and keeps nobody else from being told', async () => {
    const id = await message()
    await insider.write(
      `INSERT INTO webhooks (id, name, url, topics, sealed, wrapped_key, master_key_id, updated_at)
       SELECT gen_random_uuid(), 'own', $1, topics, sealed, wrapped_key, master_key_id, now() FROM webhooks`,
      [thief.url],
    )
    expect(await deliver(id)).toBe('retry')
    expect(told()).toEqual([1, 0])
    await insider.write(`DELETE FROM webhooks WHERE name = 'own'`)
    expect(await deliver(id)).toBe('done')
    expect(told()).toEqual([1, 0])
    const { items } = (await api.get('/v1/audit/entries?kind=database.forged-row')).body
    expect(items.map(({ body }: { body: { kind: string } }) => body.kind)).toContain('webhook')
  })

  it('leads no message to where a webhook led before', async () => {
    const [hook] = (await api.get('/v1/webhooks')).body.items
    await api.patch(`/v1/webhooks/${hook.id}`, { url: thief.url }, hook.version)
    const before = await insider.copy('webhooks')
    await api.patch(`/v1/webhooks/${hook.id}`, { url: receiver.url }, Number(hook.version) + 1)
    const after = await insider.copy('webhooks')
    const id = await message()
    await insider.putBack('webhooks', before)
    expect(await deliver(id)).toBe('retry')
    expect(told()).toEqual([0, 0])
    await insider.putBack('webhooks', after)
    expect(await deliver(id)).toBe('done')
    expect(told()).toEqual([1, 0])
  })

  it('can be followed by reseal, for who has checked the rows', async () => {
    const id = await message()
    await insider.write('UPDATE webhooks SET url = $1', [thief.url])
    expect(await deliver(id)).toBe('retry')
    await reseal(test.config)
    expect(await deliver(id)).toBe('done')
    expect(told()).toEqual([0, 1])
  })
})
