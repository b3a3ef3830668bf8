import { WithdrawReason } from '@wardgate/contract'
import { VotingService } from '../approvals/voting.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { AgentPort, shopPolicy } from '../testing/agent-port'
import { shopCatalog } from '../testing/shop-catalog'

jest.setTimeout(120_000)

const elsewhere = `
name: elsewhere
appliesTo: { connections: ["other"] }
rules:
  - { id: none, effect: deny, match: { actions: [drop] } }
`

describe('an operation that is held', () => {
  let port: AgentPort

  beforeAll(async () => {
    port = await AgentPort.start()
    await port.ready()
  })

  afterAll(() => port.stop())

  it('holds a statement until a person approves, and runs it once', async () => {
    const { talk: conversation } = await port.open('robot')
    const { approvalId } = await port.held(conversation, 'delete from customers where id = 1')
    await port.approve(approvalId, 'bob')
    expect(await conversation.next()).toMatchObject({
      $case: 'verdict',
      value: { outcome: { $case: 'allow', value: { approvalId } }, memo: 1 },
    })
    const again = await port.held(conversation, 'delete from customers where id = 1')
    expect(again.approvalId).not.toBe(approvalId)
    await port.approve(again.approvalId, 'bob', false)
    expect(await conversation.next()).toMatchObject({
      value: { outcome: { $case: 'deny', value: { code: 'ERR_APPROVAL_REJECTED' } } },
    })
  })

  it('gives one approval to one of two streams that wait for it', async () => {
    const [a, b] = [await port.open('robot'), await port.open('robot')]
    const text = 'delete from customers where id = 2'
    const first = await port.held(a.talk, text)
    const second = await port.held(b.talk, text)
    expect(second.approvalId).toBe(first.approvalId)
    await port.approve(first.approvalId, 'bob')
    const outcomes = [await a.talk.next(), await b.talk.next()].map((answer) =>
      answer.$case === 'verdict' ? answer.value.outcome?.$case : answer.$case,
    )
    expect(outcomes.sort()).toEqual(['allow', 'deny'])
  })

  it('keeps a request open when the hold elapses, for the identical statement later', async () => {
    const { talk: conversation } = await port.open('robot')
    const text = 'delete from customers where id = 3'
    const request = await port.held(conversation, text)
    conversation.send({
      message: {
        $case: 'withdraw',
        value: {
          operationId: request.operationId,
          reason: WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED,
        },
      },
    })
    await port.verdict(conversation, 'select 1')
    await port.approve(request.approvalId, 'bob')
    const other = await port.open('robot')
    expect(await port.verdict(other.talk, text)).toMatchObject({
      value: { outcome: { $case: 'allow', value: { approvalId: request.approvalId } } },
    })
  })

  it('tells a rejection that nobody was there to hear to the identical statement later', async () => {
    const { talk: conversation } = await port.open('robot')
    const text = 'delete from customers where id = 7'
    const request = await port.held(conversation, text)
    const reason = WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED
    const value = { operationId: request.operationId, reason }
    conversation.send({ message: { $case: 'withdraw', value } })
    const isUnheld = async () => {
      const query = 'SELECT hold_until <= now() AS over FROM approval_requests WHERE id = $1'
      return (await port.database.query(query, [request.approvalId])).rows[0].over as boolean
    }
    const until = Date.now() + 5_000
    while (!(await isUnheld()) && Date.now() < until) continue
    await port.approve(request.approvalId, 'bob', false)
    const other = await port.open('robot')
    for (let time = 0; time < 2; time += 1)
      expect(await port.verdict(other.talk, text)).toMatchObject({
        value: { outcome: { $case: 'deny', value: { code: 'ERR_APPROVAL_REJECTED' } } },
      })
    await port.held(other.talk, 'delete from customers where id = 8')
  })

  it('cancels the request of a client that went away', async () => {
    const { talk: conversation } = await port.open('robot')
    const request = await port.held(conversation, 'delete from customers where id = 4')
    const value = {
      operationId: request.operationId,
      reason: WithdrawReason.WITHDRAW_REASON_ABANDONED,
    }
    conversation.send({ message: { $case: 'withdraw', value } })
    await port.verdict(conversation, 'select 1')
    const until = Date.now() + 5_000
    let state = ''
    while (state !== 'cancelled' && Date.now() < until) {
      const found = await port.database.query('SELECT state FROM approval_requests WHERE id = $1', [
        request.approvalId,
      ])
      state = found.rows[0].state
    }
    expect(state).toBe('cancelled')
    await expect(port.approve(request.approvalId, 'bob')).rejects.toMatchObject({
      code: 'ERR_REQUEST_CONFLICT',
    })
  })

  it('does not run under a policy what people approved under another', async () => {
    const { talk: conversation } = await port.open('robot')
    const { approvalId } = await port.held(conversation, 'delete from customers where id = 10')
    await port.activatePolicy(
      shopPolicy.replace('match: { actions: [drop] }', 'match: { actions: [drop, delete] }'),
    )
    await port.approve(approvalId, 'bob')
    const stale = { value: { outcome: { $case: 'deny', value: { code: 'ERR_APPROVAL_STALE' } } } }
    expect(await conversation.next()).toMatchObject(stale)
    await port.activatePolicy()
  })

  it('runs what was approved though a policy that is not for it has changed meanwhile', async () => {
    const { talk: conversation } = await port.open('robot')
    const { approvalId } = await port.held(conversation, 'delete from customers where id = 11')
    const epochs = port.get(EpochWatch)
    const before = epochs.current
    await port.activatePolicy(elsewhere)
    while (epochs.current === before) await epochs.next(AbortSignal.timeout(5_000))
    const { current } = epochs
    await port.approve(approvalId, 'bob')
    const answer = await conversation.next()
    expect(answer).toMatchObject({ value: { outcome: { $case: 'allow', value: { approvalId } } } })
    expect(answer.$case === 'verdict' ? answer.value.epoch : 0n).toBeGreaterThanOrEqual(current)
  })

  it('lets nobody vote on what they own, asked for, or were not shown', async () => {
    await port.person('ada', ['dba'], ['approvals:read', 'approvals:vote', 'connections:use'])
    await port.person('tool', ['autogen'], ['connections:use'], 'bob')
    const own = await port.held((await port.open('ada')).talk, 'delete from customers where id = 5')
    await expect(port.approve(own.approvalId, 'ada')).rejects.toMatchObject({
      code: 'ERR_AUTH_FORBIDDEN',
    })
    const owned = await port.held(
      (await port.open('tool')).talk,
      'delete from customers where id = 6',
    )
    await expect(port.approve(owned.approvalId, 'bob')).rejects.toMatchObject({
      code: 'ERR_AUTH_FORBIDDEN',
    })
    const ballot = { approve: true, reason: '', digest: '0'.repeat(64) }
    await expect(
      port.get(VotingService).vote(owned.approvalId, ballot, port.identity('ada')),
    ).rejects.toMatchObject({ code: 'ERR_REQUEST_CONFLICT' })
  })

  it('asks anew when what a held statement does has changed before people approved it', async () => {
    const { talk: conversation } = await port.open('robot')
    const text = 'delete from customers where id = 9'
    const { approvalId } = await port.held(conversation, text)
    const attach = port.attach()
    await attach.next()
    await attach.next()
    await port.reportCatalog(attach, shopCatalog(undefined, true))
    await port.approve(approvalId, 'bob')
    const stale = { value: { outcome: { $case: 'deny', value: { code: 'ERR_APPROVAL_STALE' } } } }
    expect(await conversation.next()).toMatchObject(stale)
    attach.stream.end()
  })
})
