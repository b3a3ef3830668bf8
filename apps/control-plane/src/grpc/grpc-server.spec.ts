import { AgentsService } from '../agents/agents.service'
import { SessionsService } from '../sessions/sessions.service'
import { AgentPort } from '../testing/agent-port'
import { openMessage } from '../testing/test-agent'

jest.setTimeout(120_000)

describe('the agent port', () => {
  let port: AgentPort

  beforeAll(async () => {
    port = await AgentPort.start()
  })

  afterAll(() => port.stop())

  it('tells an attached agent its connections, and stores the catalog that it reports', async () => {
    const attach = port.attach()
    expect(await attach.next()).toMatchObject({
      $case: 'welcome',
      value: { agentId: port.agentId },
    })
    expect(await attach.next()).toMatchObject({
      $case: 'assignment',
      value: { connections: [{ name: 'shop', systemAccess: { database: 'shop' } }] },
    })
    const { talk: early } = await port.open('robot')
    expect(await port.verdict(early, 'select 1')).toMatchObject({
      value: {
        outcome: {
          $case: 'deny',
          value: {
            retryable: true,
            code: 'ERR_POLICY_STALE',
            nextStep: 'Send the operation again. When it stays so, the log of the agent says why.',
          },
        },
      },
    })
    await port.reportCatalog(attach)
    await port.activatePolicy()
    expect(await attach.next()).toMatchObject({ $case: 'epoch' })
    attach.stream.end()
    await port.settleEpoch()
  })

  it('ends a live session of somebody who may no longer use it, whatever runs in it', async () => {
    await port.person('leaver', ['autogen'], ['connections:use'])
    const { talk: conversation } = await port.open('leaver')
    const { talk: stays } = await port.open('robot')
    expect(await port.verdict(conversation, 'select 1')).toMatchObject({ $case: 'verdict' })
    port.shutOut.add('leaver')
    await port.database.query('UPDATE policy_epoch SET epoch = epoch + 1')
    await port.settleEpoch()
    expect(await conversation.next()).toMatchObject({
      $case: 'kill',
      value: { reason: 'the principal is disabled' },
    })
    expect(await port.verdict(stays, 'select 1')).toMatchObject({ $case: 'verdict' })
  })

  it('ends a live session that is killed', async () => {
    const root = await port.person('boss', [], ['sessions:read', 'sessions:kill'])
    const { talk: conversation, sessionId } = await port.open('robot')
    await port.untilStored(sessionId)
    await port.get(SessionsService).kill(sessionId, 'enough', root)
    expect(await conversation.next()).toMatchObject({ $case: 'kill' })
  })

  it('cuts the streams of a revoked agent and admits it no more', async () => {
    const { talk: conversation } = await port.open('robot')
    await port.get(AgentsService).revoke(port.agentId, port.identity('root').principal)
    await expect(conversation.next()).rejects.toThrow('revoked')
    const late = port.talk()
    late.send(openMessage('shop', 'robot'))
    await expect(late.next()).rejects.toMatchObject({ code: 7 })
  })
})
