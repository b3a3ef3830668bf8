import type { SessionRequest } from '@wardgate/contract'
import type { Hold, OpenRequest } from '@wardgate/gateway'
import { quietLog } from '../testing/quiet-log'
import { sampleOperation } from '../testing/entries'
import { allowed, FakeControlPlane, opened, until } from '../testing/fake-control-plane'
import { ControlLink, type LinkListener } from './link'

const request: OpenRequest = {
  connection: 'shop',
  protocol: 'postgres',
  unverifiedCredential: 'token',
  database: 'shop',
  clientAddress: '127.0.0.1:1',
  listener: '127.0.0.1:2',
  claimed: { tool: 'x' },
}
const never = new AbortController().signal

let plane: FakeControlPlane
let link: ControlLink
let micros: number
let told: string[]

async function makeLink(overrides: Partial<LinkListener> = {}): Promise<ControlLink> {
  const listener: LinkListener = {
    attached: () => told.push('attached'),
    lost: () => told.push('lost'),
    assigned: ({ connections }) => told.push(`assigned ${connections.length}`),
    catalogWanted: () => told.push('wanted'),
    drain: (reason) => told.push(`drain ${reason}`),
    rejected: ({ code }) => told.push(code),
    ...overrides,
  }
  return new ControlLink({
    address: plane.address,
    identity: await plane.authority.agent('agent'),
    hello: () => ({ version: '1', protocols: ['postgres'], instanceId: 'i', listeners: [] }),
    heartbeat: () => ({ liveSessions: 0, spoolEntries: 0n, spoolBytes: 0n }),
    clock: { now: () => Date.now(), micros: () => micros },
    log: quietLog,
    listener,
    random: () => 0,
    firstBackoffMillis: 10,
  })
}

beforeEach(async () => {
  told = []
  micros = 0
  plane = await FakeControlPlane.start()
  link = await makeLink()
})
afterEach(() => {
  link.stop()
  plane.stop()
})

async function attach(): Promise<void> {
  link.start()
  await until(() => link.isUp)
}

describe('the control link', () => {
  it('refuses sessions before it is attached', async () => {
    await expect(link.open(request, never)).rejects.toMatchObject({
      code: 'ERR_CONTROL_UNAVAILABLE',
    })
    expect(link.memoUsable).toBe(false)
  })

  it('greets, is welcomed, follows epochs and passes on what it is told', async () => {
    await attach()
    const call = plane.attached[0]!
    call.write({ message: { $case: 'epoch', value: { epoch: 9n } } })
    call.write({ message: { $case: 'epoch', value: { epoch: 3n } } })
    call.write({ message: { $case: 'assignment', value: { connections: [] } } })
    call.write({ message: { $case: 'drain', value: { reason: 'update' } } })
    await until(() => told.length === 3)
    expect(told).toEqual(['attached', 'assigned 0', 'drain update'])
    expect(link.epoch).toBe(9n)
    await until(() => plane.attachMessages.some(({ message }) => message?.$case === 'heartbeat'))
  })

  it('opens a session over a spare stream and decides, holds and withdraws over it', async () => {
    await attach()
    await until(() => plane.sessions.length >= 8)
    plane.onSession = (call, { message }) => {
      if (message?.$case === 'open') call.write(opened())
      if (message?.$case !== 'decide') return
      const { operationId } = message.value
      const value = {
        operationId,
        approvalId: 'a1',
        url: 'u',
        message: 'm',
        holdSeconds: 50,
        expiresAt: 0n,
      }
      call.write({ message: { $case: 'held', value } })
      if (operationId === 'runs')
        call.write({ message: { $case: 'verdict', value: allowed(operationId) } })
    }
    const session = await link.open(request, never)
    expect(session.grant).toMatchObject({
      sessionId: 'session-1',
      fsync: 'batched',
      database: 'shop',
    })
    const holds: Hold[] = []
    const verdict = await session.decide('runs', sampleOperation, (hold) => holds.push(hold))
    expect(verdict.outcome).toMatchObject({ kind: 'allow' })
    expect(holds).toEqual([{ approvalId: 'a1', url: 'u', message: 'm', holdMillis: 50_000 }])
    const waits = session.decide('waits', sampleOperation, () =>
      session.withdraw('waits', 'abandoned'),
    )
    await expect(waits).rejects.toMatchObject({ code: 'ERR_APPROVAL_CANCELLED' })
    session.close('client')
    await until(() => lastCase(plane.sessionMessages) === 'close')
    expect(link.sessions).toBe(0)
  })

  it('passes on refusals with their code and next step', async () => {
    await attach()
    plane.onSession = (call) => {
      const value = {
        code: 'ERR_AUTH_EXPIRED_TOKEN',
        message: 'expired',
        nextStep: 'fetch one',
        retryable: false,
      }
      call.write({ message: { $case: 'refused', value } })
    }
    await expect(link.open(request, never)).rejects.toMatchObject({
      code: 'ERR_AUTH_EXPIRED_TOKEN',
      nextStep: 'fetch one',
    })
    expect(link.sessions).toBe(0)
  })

  it('ends a session that an administrator kills, by its own stream or by the agent’s', async () => {
    await attach()
    let made = 0
    plane.onSession = (call) => call.write(opened({ sessionId: `session-${(made += 1)}` }))
    const first = await link.open(request, never)
    const second = await link.open(request, never)
    plane.attached[0]!.write({
      message: { $case: 'kill', value: { sessionId: 'session-2', reason: 'by alice' } },
    })
    await until(() => second.killed.aborted)
    expect(second.killed.reason).toMatchObject({ code: 'ERR_SESSION_KILLED', message: 'by alice' })
    expect(first.killed.aborted).toBe(false)
    for (const call of plane.sessions)
      call.write({ message: { $case: 'kill', value: { reason: 'r' } } })
    await until(() => first.killed.aborted)
  })

  it('ends a session when its credential expires', async () => {
    await attach()
    plane.onSession = (call) => call.write(opened({ expiresAt: BigInt(Date.now() + 30) }))
    const session = await link.open(request, never)
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_AUTH_EXPIRED_TOKEN' })
  })

  it('closes the session on a message it does not know, instead of ignoring it', async () => {
    await attach()
    const session = await link.open(request, never)
    for (const call of plane.sessions) call.write({})
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
  })

  it('refuses an allow verdict without a masking plan', async () => {
    await attach()
    plane.onSession = (call, { message }) => {
      if (message?.$case === 'open') call.write(opened())
      if (message?.$case !== 'decide') return
      const verdict = allowed(message.value.operationId)
      if (verdict.outcome?.$case === 'allow') delete verdict.outcome.value.masking
      call.write({ message: { $case: 'verdict', value: verdict } })
    }
    const session = await link.open(request, never)
    await expect(session.decide('o', sampleOperation, () => undefined)).rejects.toMatchObject({
      code: 'ERR_CONTROL_UNAVAILABLE',
    })
    expect(session.killed.aborted).toBe(true)
  })

  it('keeps the memo for the grace after the link is lost, then no longer', async () => {
    await attach()
    const session = await link.open(request, never)
    const pending = session.decide('o', sampleOperation, () => undefined)
    plane.stop()
    await expect(pending).rejects.toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
    await until(() => !link.isUp)
    expect(session.killed.aborted).toBe(false)
    micros = 59_999_000
    expect(link.memoUsable).toBe(true)
    micros = 60_000_000
    expect(link.memoUsable).toBe(false)
    await expect(link.open(request, never)).rejects.toMatchObject({
      code: 'ERR_CONTROL_UNAVAILABLE',
    })
  })

  it('ends live sessions at once when there is no grace', async () => {
    plane.graceSeconds = 0
    await attach()
    const session = await link.open(request, never)
    plane.stop()
    await until(() => session.killed.aborted)
    expect(link.memoUsable).toBe(false)
  })

  it('attaches again after the control plane was restarted', async () => {
    await attach()
    const { port, authority } = plane
    plane.stop()
    await until(() => !link.isUp)
    plane = await FakeControlPlane.start({ authority, port })
    await until(() => link.isUp, 15_000)
    expect(told).toEqual(['attached', 'lost', 'attached'])
    await expect(link.open(request, never)).resolves.toBeDefined()
  }, 20_000)

  it('stops when the control plane rejects the agent', async () => {
    plane.rejects = 'everybody'
    link.start()
    await until(() => told.length > 0)
    expect(told).toEqual(['ERR_AUTH_FORBIDDEN'])
  })

  it('keeps live sessions while it changes to a renewed certificate', async () => {
    await attach()
    plane.onSession = (call, { message }) => {
      if (message?.$case === 'open') call.write(opened())
      if (message?.$case === 'decide')
        call.write({ message: { $case: 'verdict', value: allowed(message.value.operationId) } })
    }
    const session = await link.open(request, never)
    link.useIdentity(await plane.authority.agent('agent'))
    await until(() => plane.attached.length === 2)
    await until(() => link.isUp)
    await expect(session.decide('o', sampleOperation, () => undefined)).resolves.toBeDefined()
    expect(session.killed.aborted).toBe(false)
  })

  it('gives up opening when the caller does', async () => {
    await attach()
    plane.onSession = () => undefined
    const abort = new AbortController()
    const opening = link.open(request, abort.signal)
    abort.abort(new Error('gone'))
    await expect(opening).rejects.toBeDefined()
    expect(link.sessions).toBe(0)
  })
})

function lastCase(messages: readonly SessionRequest[]): string | undefined {
  return messages.at(-1)?.message?.$case
}
