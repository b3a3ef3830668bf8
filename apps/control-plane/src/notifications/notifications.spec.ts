import { Logger } from '@nestjs/common'
import { freePort } from '@wardgate/gateway/testing'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Database } from '../common/database/database'
import { ApiClient } from '../testing/api-client'
import { startTestApp, type TestApp } from '../testing/test-app'
import { startTestDatabase, type TestDatabase } from '../testing/test-database'
import { TestIssuer } from '../testing/test-issuer'
import { type Received, WebhookReceiver } from '../testing/webhook-receiver'
import { isPublic } from './checked-address'
import { backOff } from './delivery.service'
import { OutboxRepository } from './outbox.repository'
import { sendWebhook, signature } from './send-webhook'

jest.setTimeout(120_000)

async function startRedis(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const process = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    process.once('error', reject)
    process.once('exit', () => reject(new Error('redis-server ended')))
    process.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept')) resolve()
    })
  })
  return { url: `redis://127.0.0.1:${port}`, process }
}

const hasRedis = existsSync('/usr/bin/redis-server')
const backends = hasRedis ? ['postgres', 'redis'] : ['postgres']

describe.each(backends)('webhooks through the queue on %s', (backend) => {
  let issuer: TestIssuer
  let database: TestDatabase
  let test: TestApp
  let api: ApiClient
  let receiver: WebhookReceiver
  let redis: ChildProcess | undefined
  let env: Record<string, string>

  const tell = (summary: string, app = test) =>
    app.app.get(Database, { strict: false }).transaction((tx) =>
      app.app.get(OutboxRepository, { strict: false }).add(tx, 'approval.requested', {
        summary,
        url: 'http://console/approvals/1',
        expiresAt: '2026-11-22T10:00:00Z',
      }),
    )

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    database = await startTestDatabase()
    env = {
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
      WARDGATE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    }
    if (backend === 'redis') {
      const started = await startRedis()
      redis = started.process
      env['REDIS_URL'] = started.url
    }
    test = await startTestApp(env, database)
    api = new ApiClient(test.url, await issuer.token())
    receiver = await WebhookReceiver.start()
  })

  afterAll(async () => {
    await test.stop()
    await receiver.stop()
    await issuer.stop()
    redis?.kill()
    await database.stop()
  })

  it('tells a receiver until it takes the message, with a signature that it can check', async () => {
    const hook = { name: 'on-call', url: receiver.url, topics: ['approval.requested'] }
    const created = await api.post('/v1/webhooks', hook)
    expect(created.status).toBe(201)
    const { secret } = created.body as { secret: string }
    const read = await api.get(`/v1/webhooks/${created.body.id}`)
    expect(JSON.stringify(read.body)).not.toContain('whsec_')
    receiver.answers.push(500, 302)
    const warned = jest.spyOn(Logger.prototype, 'warn')
    await tell('delete 1 row')
    await receiver.count(3)
    const ids = new Set(receiver.received.map(({ body }) => JSON.parse(body).id))
    expect(ids.size).toBe(1)
    for (const { headers, body } of receiver.received) {
      const [, seconds = ''] = /^t=(\d+),/.exec(String(headers['wardgate-signature'])) ?? []
      const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
      expect(headers['wardgate-signature']).toBe(`t=${seconds},v1=${mac}`)
      expect(JSON.parse(body)).toMatchObject({
        topic: 'approval.requested',
        summary: 'delete 1 row',
        url: 'http://console/approvals/1',
        expiresAt: '2026-11-22T10:00:00Z',
      })
    }
    const metrics = await fetch(`${test.url}/metrics`).then((answer) => answer.text())
    expect(metrics).toContain('wardgate_notifications_total{outcome="retried"} 2')
    for (const reason of ['the receiver answered 500', 'the receiver answered 302'])
      expect(warned).toHaveBeenCalledWith(
        expect.objectContaining({ reason }),
        'a message was not delivered',
      )
  })

  it('signs with the old and the new secret while both are live, then with the new one alone', async () => {
    const [hook] = (await api.get('/v1/webhooks')).body.items
    const rotate = (version: number, body: object) =>
      api.post(`/v1/webhooks/${hook.id}/rotate-secret`, body, { 'if-match': `"${version}"` })
    const first = await rotate(1, { overlapSeconds: 0 })
    expect(first).toMatchObject({ status: 200, body: { version: 2, previousUntil: null } })
    expect((await rotate(1, {})).status).toBe(412)
    // Written before the rotation and not told yet: it is told all the same.
    receiver.answers.push(500)
    const before = receiver.received.length
    await tell('told across a rotation')
    await receiver.count(before + 1)
    const second = await rotate(2, { overlapSeconds: 600 })
    expect(second.body.previousUntil).not.toBeNull()
    await receiver.count(before + 2)
    const secrets = [second.body.secret, first.body.secret]
    expect(macsOf(receiver.received.at(-1))).toEqual(
      expectedMacs(receiver.received.at(-1), secrets),
    )
    const third = await rotate(3, { overlapSeconds: 0 })
    await tell('told after the overlap')
    await receiver.count(before + 3)
    const last = receiver.received.at(-1)
    expect(macsOf(last)).toEqual(expectedMacs(last, [third.body.secret]))
  })

  it('tells after a start what was written while nothing ran', async () => {
    await test.stop()
    const { Client } = await import('pg')
    const client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query(
      `INSERT INTO outbox_messages (id, topic, payload) VALUES (gen_random_uuid(), 'approval.requested', '{"summary":"late"}')`,
    )
    await client.end()
    const told = receiver.saying('late')
    test = await startTestApp(env, database)
    api = new ApiClient(test.url, await issuer.token())
    // What was told just before the stop may be told again.
    expect(JSON.parse(await told)).toMatchObject({ topic: 'approval.requested', summary: 'late' })
  })

  it('changes and removes a webhook only in the version that was read', async () => {
    const [hook] = (await api.get('/v1/webhooks')).body.items
    const next = Number(hook.version) + 1
    expect((await api.patch(`/v1/webhooks/${hook.id}`, { enabled: false })).status).toBe(428)
    expect((await api.patch(`/v1/webhooks/${hook.id}`, { enabled: false }, 9)).status).toBe(412)
    const changed = await api.patch(`/v1/webhooks/${hook.id}`, { enabled: false }, hook.version)
    expect(changed.body).toMatchObject({ enabled: false, version: next })
    expect((await api.delete(`/v1/webhooks/${hook.id}`, next)).status).toBe(204)
    expect((await api.get(`/v1/webhooks/${hook.id}`)).status).toBe(404)
    const kinds = (await api.get('/v1/audit/entries')).body.items.map(
      ({ kind }: { kind: string }) => kind,
    )
    expect(kinds).toEqual(
      expect.arrayContaining(['webhook.created', 'webhook.updated', 'webhook.deleted']),
    )
  })
})

function macsOf(received: Received | undefined): string[] {
  const header = String(received?.headers['wardgate-signature'])
  return [...header.matchAll(/v1=([0-9a-f]{64})/g)].map(([, mac = '']) => mac)
}

function expectedMacs(received: Received | undefined, secrets: readonly string[]): string[] {
  const [, seconds = ''] = /^t=(\d+),/.exec(String(received?.headers['wardgate-signature'])) ?? []
  return secrets.map((secret) =>
    createHmac('sha256', secret).update(`${seconds}.${received?.body}`).digest('hex'),
  )
}

describe('where webhooks may go', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fd00::1',
    '2002:0a00:0001::1',
    '64:ff9b::a00:1',
  ])('%s is not public', (address) => expect(isPublic(address)).toBe(false))

  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1'])('%s is public', (address) =>
    expect(isPublic(address)).toBe(true),
  )

  it.each(['https://localhost/', 'https://2130706433/', 'https://[::1]/', 'http://example.com/'])(
    'refuses %s where private addresses are not allowed',
    async (url) => {
      const sending = { url, body: '', secrets: ['s'], seconds: 1, allowPrivate: false }
      await expect(sendWebhook({ ...sending, signal: AbortSignal.timeout(5_000) })).rejects.toThrow(
        /not a public address|not https/,
      )
    },
  )

  it('signs the time together with the body', () => {
    expect(signature(['k'], 1, 'a')).not.toBe(signature(['k'], 2, 'a').replace('t=2', 't=1'))
  })

  it('waits longer after each failure, within bounds', () => {
    expect(backOff(1, 0)).toBe(500)
    expect(backOff(1, 1)).toBe(1_000)
    expect(backOff(40, 1)).toBe(15 * 60_000)
  })
})
