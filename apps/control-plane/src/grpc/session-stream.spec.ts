import { randomUUID } from 'node:crypto'
import { MemoScope, Obligation } from '@wardgate/contract'
import { v7 as uuid } from 'uuid'
import { SessionRepository } from '../sessions/session.repository'
import { AgentPort } from '../testing/agent-port'
import { decideMessage, everyObligation, openMessage } from '../testing/test-agent'

jest.setTimeout(120_000)

describe('a stream of sessions', () => {
  let port: AgentPort

  beforeAll(async () => {
    port = await AgentPort.start()
    await port.ready()
  })

  afterAll(() => port.stop())

  it('opens a session with the opened credential and records it', async () => {
    const conversation = port.talk()
    conversation.send(openMessage('shop', 'robot'))
    const answer = await conversation.next()
    expect(answer).toMatchObject({
      $case: 'opened',
      value: {
        principalName: 'robot',
        target: { credential: { kind: { $case: 'password', value: { user: 'app' } } } },
        limits: {},
      },
    })
    conversation.send(decideMessage('select 1'))
    await conversation.next()
    if (answer.$case !== 'opened') throw new Error()
    await port.untilStored(answer.value.sessionId)
    const { rows } = await port.database.query('SELECT state, agent FROM sessions')
    expect(rows).toContainEqual({ state: 'open', agent: 'edge' })
  })

  it('lets an agent do nothing whose obligations it does not say that it fulfils', async () => {
    const lacking = Obligation.OBLIGATION_RECORDING
    const old = port.talk()
    const known = everyObligation.filter((obligation) => obligation !== lacking)
    old.send(openMessage('shop', 'robot', '', known))
    await old.next()
    const value = { code: 'ERR_POLICY_UNSUPPORTED_CAPABILITY' }
    expect(await port.verdict(old, 'select 1')).toMatchObject({
      value: {
        outcome: {
          $case: 'deny',
          value: { ...value, message: expect.stringContaining('does not know recording') },
        },
        memo: MemoScope.MEMO_SCOPE_ONCE,
      },
    })
    const silent = port.talk()
    silent.send(openMessage('shop', 'robot', '', []))
    await silent.next()
    expect(await port.verdict(silent, 'select 1')).toMatchObject({
      value: { outcome: { $case: 'deny', value } },
    })
    const { talk: current } = await port.open('robot')
    expect(await port.verdict(current, 'select 1')).toMatchObject({
      value: { outcome: { $case: 'allow' } },
    })
  })

  it('takes the name of a session that an agent has begun, once, and judges behind its open', async () => {
    const id = uuid()
    const [first, second] = [port.talk(), port.talk()]
    first.send(openMessage('shop', 'robot', id))
    first.send(decideMessage('select 1'))
    expect(await first.next()).toMatchObject({
      $case: 'opened',
      value: { sessionId: id, admitsSeconds: 10 },
    })
    expect(await first.next()).toMatchObject({ $case: 'verdict' })
    second.send(openMessage('shop', 'robot', id))
    second.send(decideMessage('select 1'))
    expect(await second.next()).toMatchObject({
      $case: 'refused',
      value: { code: 'ERR_REQUEST_CONFLICT' },
    })
    await expect(second.next()).rejects.toThrow('ended')
    expect(await port.verdict(first, 'select 1')).toMatchObject({ $case: 'verdict' })
  })

  it('refuses a name that belongs to the session of another agent', async () => {
    const id = uuid()
    await port.database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $2, 'other', 'shop', '::1')`,
      [id, randomUUID()],
    )
    const conversation = port.talk()
    conversation.send(openMessage('shop', 'robot', id))
    expect(await conversation.next()).toMatchObject({ $case: 'opened' })
    expect(await conversation.next()).toMatchObject({ $case: 'kill' })
    const { rows } = await port.database.query('SELECT state, agent FROM sessions WHERE id = $1', [
      id,
    ])
    expect(rows).toEqual([{ state: 'open', agent: 'other' }])
  })

  it('ends what it cannot store, and lets nobody in until it can', async () => {
    const insert = jest.spyOn(port.get(SessionRepository), 'insert')
    insert.mockRejectedValue(new Error('the disk is full'))
    const unstored = { $case: 'kill', value: { reason: 'the session could not be recorded' } }
    const { talk: first } = await port.open('robot')
    expect(await first.next()).toMatchObject(unstored)
    const second = port.talk()
    second.send(openMessage('shop', 'robot', uuid()))
    expect(await second.next()).toMatchObject({ $case: 'refused' })
    insert.mockRestore()
    const { talk: third, sessionId } = await port.open('robot')
    await port.untilStored(sessionId)
    expect(await port.verdict(third, 'select 1')).toMatchObject({ $case: 'verdict' })
  })

  it('carries one session after the other over a stream, and says nothing of a closed one', async () => {
    const conversation = port.talk()
    const close = { message: { $case: 'close' as const, value: { reason: 'client' } } }
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) {
      conversation.send(openMessage('shop', 'robot'))
      const opened = await conversation.next()
      if (opened.$case !== 'opened') throw new Error(JSON.stringify(opened))
      ids.push(opened.value.sessionId)
      conversation.send(decideMessage('select 1'))
      conversation.send(close)
      let answer = await conversation.next()
      if (answer.$case === 'verdict') answer = await conversation.next()
      expect(answer).toEqual({ $case: 'closed', value: {} })
    }
    expect(new Set(ids).size).toBe(3)
    const ended = async () =>
      (
        await port.database.query(
          `SELECT 1 FROM sessions WHERE id = ANY($1::uuid[]) AND state = 'ended' AND end_reason = 'client'`,
          [ids],
        )
      ).rowCount
    while ((await ended()) !== 3) continue
  })

  it('answers the open of a session that was closed at once', async () => {
    const conversation = port.talk()
    conversation.send(openMessage('shop', 'robot', uuid()))
    conversation.send({ message: { $case: 'close', value: { reason: 'client' } } })
    expect(await conversation.next()).toMatchObject({ $case: 'opened' })
    expect(await conversation.next()).toMatchObject({ $case: 'closed' })
    const refused = port.talk()
    refused.send(openMessage('shop', 'nobody', uuid()))
    refused.send({ message: { $case: 'close', value: { reason: 'client' } } })
    expect(await refused.next()).toMatchObject({ $case: 'refused' })
  })

  it('takes no name that is not a UUIDv7', async () => {
    const conversation = port.talk()
    conversation.send(openMessage('shop', 'robot', randomUUID()))
    await expect(conversation.next()).rejects.toThrow('UUIDv7')
  })

  it('refuses a principal without connections:use', async () => {
    const conversation = port.talk()
    conversation.send(openMessage('shop', 'bob'))
    expect(await conversation.next()).toMatchObject({
      $case: 'refused',
      value: { code: 'ERR_AUTH_FORBIDDEN' },
    })
  })

  it('allows with masks, and denies with the rule that says so', async () => {
    const { talk: conversation } = await port.open('robot')
    expect(await port.verdict(conversation, 'select id, card_number from customers')).toMatchObject(
      {
        $case: 'verdict',
        value: { outcome: { $case: 'allow', value: { masking: { columns: [{ index: 1 }] } } } },
      },
    )
    expect(await port.verdict(conversation, 'drop table customers')).toMatchObject({
      value: { outcome: { $case: 'deny', value: { code: 'ERR_POLICY_DENIED' } } },
    })
    expect(await port.verdict(conversation, 'selekt 1')).toMatchObject({
      value: { outcome: { $case: 'deny' } },
    })
  })

  it('refuses a message of an unknown kind', async () => {
    const conversation = port.talk()
    conversation.send({ message: undefined })
    await expect(conversation.next()).rejects.toMatchObject({ code: 3 })
  })
})
