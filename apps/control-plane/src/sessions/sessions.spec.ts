import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import type { ApiClient } from '../testing/api-client'
import { good, Shop } from '../testing/shop'
import { openMessage, sessionTalk } from '../testing/test-agent'

jest.setTimeout(120_000)

interface Listed {
  readonly id: string
  readonly connection: string
}

describe('sessions over HTTP', () => {
  let shop: Shop
  let database: Client
  let robot: ApiClient
  let robotId: string

  /** Sessions of somebody, newest last. */
  async function store(connection: string, principalId: string, count: number): Promise<string[]> {
    const ids: string[] = []
    for (let index = 0; index < count; index += 1) ids.push(uuid())
    for (const id of ids)
      await database.query(
        `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
           agent_id, agent, database, client_address)
         VALUES ($1, $2, $3, 'postgres', $4, 'someone', $2, 'edge', 'shop', '::1')`,
        [id, randomUUID(), connection, principalId],
      )
    return ids
  }

  const idsOf = async (api: ApiClient, query = '') =>
    (await good(api.get(`/v1/sessions?limit=2${query}`))) as {
      items: Listed[]
      nextCursor: string | null
    }

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'subject:robot')
    await shop.bind('auditor', 'subject:carol')
    await shop.bind('approver', 'subject:narrow', ['sales_*'])
    robot = await shop.as('robot')
    robotId = (await good(robot.get('/v1/me'))).principal.id
    database = new Client({ connectionString: shop.test.database.url })
    await database.connect()
  })

  afterAll(async () => {
    await database.end()
    await shop.stop()
  })

  it('show a user its own alone; those of others do not exist for it', async () => {
    const [own] = await store('shop', robotId, 1)
    const [foreign] = await store('shop', randomUUID(), 1)
    expect((await idsOf(robot)).items.map(({ id }) => id)).toEqual([own])
    expect((await robot.get(`/v1/sessions/${own}`)).status).toBe(200)
    for (const path of ['', '/operations']) {
      const answer = await robot.get(`/v1/sessions/${foreign}${path}`)
      expect([answer.status, answer.body.code]).toEqual([404, 'ERR_REQUEST_NOT_FOUND'])
    }
    expect((await robot.get('/v1/operations')).status).toBe(400)
    for (const [session, status] of [
      [own, 200],
      [foreign, 404],
    ] as const) {
      const operation = uuid()
      await database.query(
        `INSERT INTO operations (id, session_id, kind, text, text_digest, status, actions, started_at)
         VALUES ($1, $2, 'statement', 'select 7', '\\x00', 'succeeded', '{read}', now())`,
        [operation, session],
      )
      const answer = await robot.get(`/v1/operations/${operation}`)
      expect([answer.status, answer.body.text]).toEqual([
        status,
        status === 200 ? 'select 7' : undefined,
      ])
      const auditor = await shop.as('carol')
      expect((await auditor.get(`/v1/operations/${operation}`)).status).toBe(200)
    }
    expect((await robot.get(`/v1/operations/${uuid()}`)).status).toBe(404)
    const stranger = await shop.as('stranger')
    expect((await stranger.get('/v1/sessions')).status).toBe(403)
  })

  it('fill the pages of somebody whose role is narrowed to some connections', async () => {
    const before = await store('sales_eu', randomUUID(), 3)
    await store('salesXeu', randomUUID(), 5)
    await store('other', randomUUID(), 5)
    const narrow = await shop.as('narrow')
    const first = await idsOf(narrow)
    expect(first.items.map(({ id }) => id)).toEqual([before[2], before[1]])
    const second = await idsOf(narrow, `&cursor=${first.nextCursor}`)
    expect(second.items.map(({ id }) => id)).toEqual([before[0]])
    expect(second.nextCursor).toBeNull()
    expect((await idsOf(narrow, '&connection=other')).items).toEqual([])
    expect((await idsOf(narrow, '&state=ended')).items).toEqual([])
  })

  it('are listed by when they began, as their operations are, to somebody who sees all and to others', async () => {
    const ids = await store('sales_eu', randomUUID(), 3)
    const day = (hour: number) => `2026-03-01T0${hour}:00:00Z`
    for (const [hour, id] of ids.entries()) {
      await database.query('UPDATE sessions SET started_at = $2 WHERE id = $1', [id, day(hour)])
      await database.query(
        `INSERT INTO operations (id, session_id, kind, text, text_digest, status, actions, started_at)
         VALUES ($1, $2, 'statement', $3, '\\x00', 'succeeded', '{read}', $4)`,
        [uuid(), id, `select ${hour}`, day(hour)],
      )
    }
    const range = `from=${day(1)}&to=${day(2)}`
    for (const api of [await shop.as('narrow'), await shop.as('carol')])
      expect((await idsOf(api, `&${range}`)).items.map(({ id }) => id)).toEqual([ids[1]])
    const carol = await shop.as('carol')
    const { items } = await good(carol.get(`/v1/operations?${range}`))
    expect(items).toMatchObject([{ text: 'select 1' }])
    expect((await carol.get('/v1/operations?from=yesterday')).status).toBe(400)
  })

  it('show operations and recording to an auditor; reading a recording is logged', async () => {
    const [id] = await store('shop', robotId, 1)
    const operation = uuid()
    await database.query(
      `INSERT INTO operations (id, session_id, kind, text, text_digest, status, actions, started_at)
       VALUES ($1, $2, 'statement', 'select 1', '\\x00', 'succeeded', '{read}', now())`,
      [operation, id],
    )
    for (const [index, data] of ['first ', 'second'].entries())
      await database.query(
        `INSERT INTO recording_chunks (session_id, index, data, digest) VALUES ($1, $2, $3, '\\x00')`,
        [id, index, Buffer.from(data)],
      )
    const carol = await shop.as('carol')
    const { items } = await good(carol.get(`/v1/sessions/${id}/operations`))
    expect(items).toMatchObject([{ id: operation, text: 'select 1', status: 'succeeded' }])
    expect((await good(carol.get('/v1/operations?status=failed'))).items).toEqual([])
    const recording = await carol.get(`/v1/sessions/${id}/recording`)
    expect([recording.status, recording.body]).toEqual([200, 'first second'])
    expect((await robot.get(`/v1/sessions/${id}/recording`)).status).toBe(403)
    const entries = await good(shop.admin.get(`/v1/audit/entries?sessionId=${id}`))
    expect(entries.items).toMatchObject([{ kind: 'recording.read' }])
  })

  it('finds the operations that claim a trace, whatever their session', async () => {
    const [id] = await store('shop', robotId, 1)
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const header = `GET https://shop/orders\ntraceparent: 00-${traceId}-b7ad6b7169203331-01`
    const comment = `DELETE FROM t /*traceparent='00-${traceId.toUpperCase()}-b7ad6b7169203331-01'*/`
    for (const text of [header, comment, `SELECT '${traceId}'`])
      await database.query(
        `INSERT INTO operations (id, session_id, kind, text, text_digest, status, actions, started_at)
         VALUES ($1, $2, 'statement', $3, '\\x00', 'succeeded', '{read}', now())`,
        [uuid(), id, text],
      )
    const carol = await shop.as('carol')
    const { items } = await good(carol.get(`/v1/operations?traceId=${traceId}`))
    expect(items).toMatchObject([
      { text: comment, traceId },
      { text: header, traceId },
    ])
    expect((await carol.get('/v1/operations?traceId=nonsense')).status).toBe(400)
  })

  it('list the operations of one connection, page by page, to whom may see its sessions', async () => {
    const [here = '', there = ''] = [
      ...(await store('sales_west', randomUUID(), 1)),
      ...(await store('other', randomUUID(), 1)),
    ]
    for (const [at, session] of [here, there, here, there, here].entries())
      await database.query(
        `INSERT INTO operations (id, session_id, kind, text, text_digest, status, actions, started_at)
         VALUES ($1, $2, 'statement', $3, '\\x00', $4, '{read}', now())`,
        [uuid(), session, `select ${at}`, at === 2 ? 'failed' : 'succeeded'],
      )
    const texts = async (api: ApiClient, query: string) => {
      const { items, nextCursor } = await good(api.get(`/v1/operations?${query}`))
      return { found: items.map(({ text }: { text: string }) => text), nextCursor }
    }
    const carol = await shop.as('carol')
    const first = await texts(carol, 'connection=sales_west&limit=2')
    expect(first.found).toEqual(['select 4', 'select 2'])
    const rest = await texts(carol, `connection=sales_west&limit=2&cursor=${first.nextCursor}`)
    expect(rest).toEqual({ found: ['select 0'], nextCursor: null })
    const failed = 'connection=sales_west&status=failed&action=read'
    expect((await texts(carol, failed)).found).toEqual(['select 2'])
    expect((await texts(carol, `connection=other&sessionId=${here}`)).found).toEqual([])
    const narrow = await shop.as('narrow')
    expect((await texts(narrow, 'connection=sales_west&limit=1')).found).toEqual(['select 4'])
    for (const query of ['connection=other', 'connection=*', 'limit=1'])
      expect((await narrow.get(`/v1/operations?${query}`)).status).toBe(400)
  })

  it('are refused by an agent that does not serve the connection, with what makes it serve', async () => {
    const path = `/v1/agents/${shop.agentId}/connections/${shop.connectionId}`
    await shop.admin.delete(path)
    const { name } = await good(shop.admin.get(`/v1/agents/${shop.agentId}`))
    await expect(shop.open(await shop.token('robot'))).rejects.toThrow(
      `wardgate agents assign ${name} shop`,
    )
    await good(shop.admin.put(path, { listeners: [] }))
    const { talk } = await shop.open(await shop.token('robot'))
    talk.stream.end()
  })

  it.each([
    ['nothing', /ERR_REQUEST_NOT_FOUND.*there is no connection nothing/],
    ['bare', /connection bare has no credential.*wardgate credentials set bare/],
  ])('are not opened on "%s", and whoever asks is told why', async (name, why) => {
    const endpoints = [{ host: '127.0.0.1', port: 5432 }]
    const connection = { name: 'bare', protocol: 'postgres', endpoints }
    await shop.admin.post('/v1/connections', connection)
    const talk = sessionTalk(shop.client)
    talk.send(openMessage(name, await shop.token('robot')))
    expect(JSON.stringify(await talk.next())).toMatch(why)
  })

  it('are killed when they have just been opened', async () => {
    const token = await shop.token('robot')
    for (let round = 0; round < 5; round += 1) {
      const { talk, sessionId } = await shop.open(token)
      const kill = shop.admin.post(`/v1/sessions/${sessionId}/kill`, { reason: 'at once' })
      expect(await good(kill)).toMatchObject({ state: 'ended' })
      expect(await talk.next()).toMatchObject({ $case: 'kill' })
    }
    const unknown = await shop.admin.post(`/v1/sessions/${uuid()}/kill`, { reason: 'nobody' })
    expect(unknown.status).toBe(404)
  })

  it('are killed by an administrator, once, and by nobody who only reads', async () => {
    const { talk, sessionId } = await shop.open(await shop.token('robot'))
    const kill = (api: ApiClient) =>
      api.post(`/v1/sessions/${sessionId}/kill`, { reason: 'enough' })
    for (const api of [robot, await shop.as('carol')]) expect((await kill(api)).status).toBe(403)
    while ((await shop.admin.get(`/v1/sessions/${sessionId}`)).status === 404) continue
    const killed = await good(kill(shop.admin))
    expect(killed).toMatchObject({ state: 'ended', endReason: expect.stringContaining('enough') })
    expect(await talk.next()).toMatchObject({ $case: 'kill' })
    expect((await kill(shop.admin)).body.code).toBe('ERR_REQUEST_CONFLICT')
    expect((await shop.admin.post(`/v1/sessions/${sessionId}/kill`, {})).status).toBe(400)
  })
})
