import { createServer } from 'node:net'
import type { SessionRequest } from '@wardgate/contract'
import type { Hold, OpenRequest } from '@wardgate/gateway'
import { quietLog } from '../testing/quiet-log'
import { sampleOperation } from '../testing/entries'
import {
  allowed,
  FakeControlPlane,
  opened,
  type SessionCall,
  until,
} from '../testing/fake-control-plane'
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
    heartbeat: () => ({
      liveSessions: 0,
      spoolEntries: 0n,
      spoolBytes: 0n,
      spoolId: 'spool-1',
      spoolLast: 0n,
      oldestUnacknowledgedSeconds: 0,
    }),
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

/** Where something listens that hangs up. */
class DeadPort {
  connections = 0
  readonly #port: number
  readonly #server = createServer((socket) => {
    this.connections += 1
    socket.destroy()
  })

  constructor(port: number) {
    this.#port = port
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

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

  it('carries one session after the other over the same streams', async () => {
    await attach()
    await until(() => plane.sessions.length === 8)
    for (let count = 1; count <= 20; count += 1) {
      const session = await link.open(request, never)
      session.close('client')
      await until(() => link.spareStreams === 8)
    }
    expect(plane.sessions).toHaveLength(8)
    expect(plane.sessionMessages).toHaveLength(40)
  })

  it('opens no more streams than are in use or spare, whatever comes at once', async () => {
    await attach()
    const sessions = await Promise.all(
      Array.from({ length: 30 }, () => link.open(request, new AbortController().signal)),
    )
    for (const session of sessions) session.close('client')
    await until(() => link.spareStreams === 8)
    expect(plane.sessions.length).toBeLessThanOrEqual(38)
    const live = () => plane.sessions.filter(({ writableEnded }) => !writableEnded).length
    await until(() => live() === 8)
  })

  it('ends a stream on which a session is closed that goes on', async () => {
    await attach()
    const session = await link.open(request, never)
    for (const call of plane.sessions) call.write({ message: { $case: 'closed', value: {} } })
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
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
    const former = await link.open(request, never)
    const { port, authority } = plane
    plane.stop()
    await until(() => !link.isUp)
    plane = await FakeControlPlane.start({ authority, port })
    expect(former.isOutlived).toBe(false)
    await until(() => link.isUp, 15_000)
    expect(told).toEqual(['attached', 'lost', 'attached'])
    expect(former.isOutlived).toBe(true)
    await expect(link.open(request, never)).resolves.toMatchObject({ isOutlived: false })
  }, 20_000)

  it('looks often for a control plane that starts beside it', async () => {
    const { port, authority } = plane
    plane.stop()
    const notYet = new DeadPort(port)
    await notYet.open()
    link.start()
    await until(() => notYet.connections >= 20)
    await notYet.close()
    plane = await FakeControlPlane.start({ authority, port })
    await until(() => link.isUp)
    expect(told).toEqual(['attached'])
  })

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

describe('a session that begins under an earlier admission', () => {
  /** What the control plane answers to an open that names its session; the first open is always granted. */
  let onBegun: (call: SessionCall, sessionId: string) => void

  beforeEach(async () => {
    await attach()
    onBegun = (call, sessionId) => call.write(opened({ sessionId, admitsSeconds: 10 }))
    plane.onSession = (call, { message }) => {
      if (message?.$case === 'decide')
        call.write({ message: { $case: 'verdict', value: allowed(message.value.operationId) } })
      if (message?.$case !== 'open') return
      if (message.value.sessionId !== '') return onBegun(call, message.value.sessionId)
      call.write(opened({ admitsSeconds: 10 }))
    }
  })

  const opens = () =>
    plane.sessionMessages.flatMap(({ message }) =>
      message?.$case === 'open' ? [message.value] : [],
    )

  it('waits for nobody, under a name of its own, and the control plane is told', async () => {
    await link.open(request, never)
    onBegun = () => undefined
    const session = await link.open(request, never)
    expect(session.grant).toMatchObject({ principalId: 'principal-1', database: 'shop' })
    expect(session.grant.sessionId).toMatch(/^.{13}-7/)
    await until(() => opens().length === 2)
    expect(opens()[1]).toMatchObject({
      sessionId: session.grant.sessionId,
      credential: 'token',
      connectionName: 'shop',
    })
  })

  it('asks behind its open', async () => {
    await link.open(request, never)
    const session = await link.open(request, never)
    await expect(session.decide('o', sampleOperation, () => undefined)).resolves.toBeDefined()
    expect(plane.sessionMessages.map(({ message }) => message?.$case)).toEqual([
      'open',
      'open',
      'decide',
    ])
  })

  it('is told to the control plane however short it was', async () => {
    await link.open(request, never)
    const session = await link.open(request, never)
    session.close('client')
    await until(() => lastCase(plane.sessionMessages) === 'close')
    expect(opens()).toHaveLength(2)
    expect(link.sessions).toBe(1)
  })

  it('ends when the control plane objects, and the next one is asked for', async () => {
    await link.open(request, never)
    onBegun = (call) => {
      const value = {
        code: 'ERR_AUTH_FORBIDDEN',
        message: 'disabled',
        nextStep: '',
        retryable: false,
      }
      call.write({ message: { $case: 'refused', value } })
      call.end()
    }
    const session = await link.open(request, never)
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_AUTH_FORBIDDEN', message: 'disabled' })
    await link.open(request, never)
    expect(opens().map(({ sessionId }) => sessionId === '')).toEqual([true, false, true])
  })

  it('ends when the terms are no longer those that it began under', async () => {
    await link.open(request, never)
    onBegun = (call, sessionId) => call.write(opened({ sessionId, principalId: 'principal-2' }))
    const session = await link.open(request, never)
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_SESSION_KILLED' })
  })

  it('has no grace before it is confirmed', async () => {
    await link.open(request, never)
    onBegun = (call) => call.emit('error', { code: 14, details: 'gone' })
    const session = await link.open(request, never)
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
  })

  it('is asked for again when the epoch has changed', async () => {
    await link.open(request, never)
    plane.attached[0]!.write({ message: { $case: 'epoch', value: { epoch: 2n } } })
    await until(() => link.epoch === 2n)
    await link.open(request, never)
    expect(opens().map(({ sessionId }) => sessionId)).toEqual(['', ''])
  })

  it('is refused while there is no link, whatever was admitted before', async () => {
    await link.open(request, never)
    plane.stop()
    await until(() => !link.isUp)
    await expect(link.open(request, never)).rejects.toMatchObject({
      code: 'ERR_CONTROL_UNAVAILABLE',
    })
  })

  it('can be killed by its name before it is confirmed', async () => {
    await link.open(request, never)
    onBegun = () => undefined
    const session = await link.open(request, never)
    const { sessionId } = session.grant
    plane.attached[0]!.write({
      message: { $case: 'kill', value: { sessionId, reason: 'by alice' } },
    })
    await until(() => session.killed.aborted)
    expect(session.killed.reason).toMatchObject({ message: 'by alice' })
  })

  it('does not follow one that was killed', async () => {
    await link.open(request, never)
    const session = await link.open(request, never)
    for (const call of plane.sessions)
      call.write({ message: { $case: 'kill', value: { reason: 'r' } } })
    await until(() => session.killed.aborted)
    await link.open(request, never)
    expect(opens().at(-1)?.sessionId).toBe('')
  })
})

function lastCase(messages: readonly SessionRequest[]): string | undefined {
  return messages.at(-1)?.message?.$case
}
