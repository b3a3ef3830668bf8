import { Client } from 'pg'
import type { ApiClient } from '../testing/api-client'
import { good, Shop } from '../testing/shop'
import { decideMessage, type SessionTalk } from '../testing/test-agent'
import { ApprovalsService } from './approvals.service'

jest.setTimeout(60_000)

const policy = `name: shop
appliesTo: { connections: [shop] }
rules:
  - { id: delete, effect: require-approval, match: { actions: [delete] }, approval: { approvers: [group:dba], hold: 30s } }
`

describe('approval requests whose time is over', () => {
  let shop: Shop
  let db: Client
  let bob: ApiClient
  let robot: string
  let approvals: ApprovalsService

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'group:autogen')
    await shop.bind('approver', 'group:dba')
    await shop.attach()
    await shop.activate(policy)
    bob = await shop.as('bob', ['dba'])
    robot = await shop.token('robot', ['autogen'])
    approvals = shop.test.app.get(ApprovalsService, { strict: false })
    db = new Client({ connectionString: shop.test.database.url })
    await db.connect()
  })

  afterAll(async () => {
    await db.end()
    await shop.stop()
  })

  async function hold(talk: SessionTalk, text: string): Promise<string> {
    talk.send(decideMessage(text))
    const answer = await talk.next()
    if (answer.$case !== 'held') throw new Error(`not held: ${answer.$case}`)
    return answer.value.approvalId
  }

  const timePasses = (id: string) =>
    db.query(
      `UPDATE approval_requests SET expires_at = now() - interval '1 second' WHERE id = $1`,
      [id],
    )

  it('expire once, and whoever waits is told', async () => {
    const { talk } = await shop.open(robot)
    const id = await hold(talk, 'delete from customers where id = 1')
    expect(await approvals.expire()).toBe(0)
    await timePasses(id)
    expect(await approvals.expire()).toBe(1)
    expect(await approvals.expire()).toBe(0)
    const answer = await talk.next()
    const outcome = answer.$case === 'verdict' ? answer.value.outcome : undefined
    expect(outcome).toMatchObject({ $case: 'deny', value: { code: 'ERR_APPROVAL_EXPIRED' } })
    expect((await good(bob.get(`/v1/approval-requests/${id}`))).state).toBe('expired')
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=approval.expired'))
    expect(items.map(({ body }: { body: object }) => body)).toEqual([{ approvalId: id }])
    talk.stream.end()
  })

  it('expire when they were granted and nobody used them: the operation is asked about anew', async () => {
    const text = 'delete from customers where id = 2'
    const { talk } = await shop.open(robot)
    const id = await hold(talk, text)
    talk.stream.end()
    const { digest } = await good(bob.get(`/v1/approval-requests/${id}`))
    await good(bob.post(`/v1/approval-requests/${id}/approve`, { digest, reason: 'fine' }))
    await timePasses(id)
    const again = await shop.open(robot)
    expect(await hold(again.talk, text)).not.toBe(id)
    expect(await approvals.expire()).toBe(1)
    expect((await good(bob.get(`/v1/approval-requests/${id}`))).state).toBe('expired')
    again.talk.stream.end()
  })

  it('cannot be voted on any more, swept or not', async () => {
    const { talk } = await shop.open(robot)
    const id = await hold(talk, 'delete from customers where id = 3')
    const { digest } = await good(bob.get(`/v1/approval-requests/${id}`))
    await timePasses(id)
    const vote = await bob.post(`/v1/approval-requests/${id}/approve`, { digest, reason: 'late' })
    expect(vote.status).toBeGreaterThanOrEqual(409)
    expect((await good(bob.get(`/v1/approval-requests/${id}`))).votes).toEqual([])
    talk.stream.end()
  })
})
