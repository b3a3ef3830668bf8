import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { Shop } from '../testing/shop'
import { decideMessage } from '../testing/test-agent'

jest.setTimeout(120_000)

const policy = `
name: shop
rules:
  - { id: write, effect: require-approval, match: { actions: [delete] }, approval: { approvers: ["group:dba"], expiresIn: 10m, hold: 30s } }
`

/** What a screen is told, read one by one. */
class Screen {
  readonly heard: { type: string; id: string; state: string }[] = []
  private waiting: (() => void) | undefined

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.heard.push(JSON.parse(data.toString('utf8')))
      this.waiting?.()
    })
  }

  async until(type: string, state: string) {
    for (;;) {
      const found = this.heard.find((event) => event.type === type && event.state === state)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (this.waiting = resolve))
    }
  }
}

describe('/v1/live', () => {
  let shop: Shop

  const dial = (headers: Record<string, string>, path = '/v1/live') =>
    new WebSocket(`${shop.test.url.replace('http', 'ws')}${path}`, { headers })

  async function refusal(headers: Record<string, string>, path?: string): Promise<number> {
    const socket = dial(headers, path)
    socket.on('error', () => undefined)
    const code = await new Promise<number>((resolve) =>
      socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0)),
    )
    socket.terminate()
    return code
  }

  async function screen(subject: string, groups: string[], topics = ''): Promise<Screen> {
    const authorization = `Bearer ${await shop.token(subject, groups)}`
    const socket = dial({ authorization }, `/v1/live${topics}`)
    const opened = new Screen(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return opened
  }

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'subject:robot')
    await shop.bind('approver', 'group:dba')
    await shop.attach()
    await shop.activate(policy)
  })

  afterAll(async () => {
    await shop.stop()
  })

  it('refuses who brings no credential, a bad one, or a cookie from a foreign page', async () => {
    expect(await refusal({})).toBe(401)
    expect(await refusal({ authorization: 'Bearer nonsense' })).toBe(401)
    const cookie = `wardgate_session=${'a'.repeat(43)}`
    expect(await refusal({ cookie, origin: 'https://elsewhere.example' })).toBe(401)
    expect(await refusal({ authorization: 'Bearer nonsense' }, '/v1/other')).toBe(404)
  })

  it('outlives a client that leaves by a reset while it is refused', async () => {
    const { hostname, port } = new URL(shop.test.url)
    const http = shop.test.app.getHttpServer()
    const client = connect(Number(port), hostname)
    // Asked for with a credential, which takes longer to look at than a reset takes to arrive.
    client.write(
      'GET /v1/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    )
    const [, socket] = (await once(http, 'upgrade')) as [unknown, Socket]
    client.resetAndDestroy()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(await refusal({})).toBe(401)
  })

  it('tells of an approval from its request to its end, by topic and permission', async () => {
    const all = await screen('bob', ['dba'])
    const sessions = await screen('bob', ['dba'], '?topics=session')
    const stranger = await screen('mallory', [])
    const { talk, sessionId } = await shop.open(await shop.token('robot'))
    talk.send(decideMessage('delete from customers where id = 1'))
    const held = await talk.next()
    const asked = await all.until('approval-request', 'pending')
    expect(held).toMatchObject({ $case: 'held', value: { approvalId: asked.id } })
    const bob = await shop.as('bob', ['dba'])
    const { digest } = (await bob.get(`/v1/approval-requests/${asked.id}`)).body
    await bob.post(`/v1/approval-requests/${asked.id}/approve`, { digest, reason: 'fine' })
    expect((await all.until('approval-request', 'consumed')).id).toBe(asked.id)
    talk.stream.end()
    expect((await sessions.until('session', 'ended')).id).toBe(sessionId)
    expect(new Set(sessions.heard.map(({ type }) => type))).toEqual(new Set(['session']))
    expect(stranger.heard).toEqual([])
    for (const { socket } of [all, sessions, stranger]) socket.terminate()
  })

  it('shows the requester its own request in its list, and nobody else without a role', async () => {
    const robot = await shop.as('robot')
    const { items } = (await robot.get('/v1/approval-requests')).body
    expect(items).toMatchObject([{ requester: expect.any(String), state: 'consumed' }])
    await shop.bind('user', 'subject:other')
    const other = await shop.as('other')
    expect((await other.get('/v1/approval-requests')).body.items).toEqual([])
  })

  it('closes its sockets when the control plane stops', async () => {
    const { socket } = await screen('bob', ['dba'])
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await shop.stop()
    expect(await closed).toBe(1_001)
  })
})
