import { AuthError, LimitError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import { defaultLimits, type GatewayLimits } from '../limits'
import type { ControlSession } from '../ports'
import type { Engine, Protocol } from '../protocol'
import {
  FakeControlPlane,
  fakeGrant,
  idleState,
  lineHarness,
  lineProtocol,
  ManualClock,
  MemoryLog,
  MemorySpool,
  statement,
  streamPair,
} from '../testing'
import { createGateway } from './gateway'

const login = { connection: 'shop', credential: 'token', database: 'shop' }

function house(limits: Partial<GatewayLimits> = {}, protocol: Protocol = lineProtocol) {
  const controlPlane = new FakeControlPlane()
  const spool = new MemorySpool()
  const clock = new ManualClock()
  const log = new MemoryLog()
  const target = lineHarness.createTarget()
  const dialled: Duplex[] = []
  const dial = async () => {
    const [near, far] = streamPair()
    target.accept(far)
    dialled.push(near)
    return near
  }
  const gateway = createGateway({
    controlPlane,
    spool,
    log,
    clock,
    timers: clock,
    limits,
    dialler: { dial },
  })
  const listener = { name: 'test', protocol, settings: {}, plaintextAllowed: true }
  const open = (clientAddress = '127.0.0.1:1') => {
    const [stream, client] = streamPair()
    stream.on('error', () => undefined)
    const served = gateway.serve({ client, clientAddress, listener })
    return { stream, client, served }
  }
  const connect = async (clientAddress?: string) => {
    const { stream, served, client } = open(clientAddress)
    return { answer: await lineHarness.connect(stream, login), stream, served, client }
  }
  return { gateway, controlPlane, spool, clock, log, open, connect, dialled, target }
}

/** A line protocol with some of its engine replaced. */
function engineWith(replace: (engine: Engine, client: Duplex) => Partial<Engine>): Protocol {
  return {
    ...lineProtocol,
    createEngine: (client) => {
      const engine = lineProtocol.createEngine(client, {})
      return {
        accept: (...parts) => engine.accept(...parts),
        relay: (...parts) => engine.relay(...parts),
        refuse: (error) => engine.refuse(error),
        ...replace(engine, client),
      }
    },
  }
}

async function idle() {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

describe('limits before authentication', () => {
  describe('of a client that asks a person', () => {
    const asking = () =>
      engineWith(() => ({
        accept: (login) => {
          login.awaitPerson?.()
          return new Promise(() => undefined)
        },
      }))

    it('has the time of a person', async () => {
      const { open, clock, spool } = house({}, asking())
      open()
      await idle()
      clock.advance(119_000)
      await idle()
      expect(spool.of('login-refused')).toEqual([])
      clock.advance(1_000)
      await spool.until((all) => all.of('login-refused').length === 1)
    })

    it('has no more than the time of a handshake when too many are waited for', async () => {
      const { open, clock, spool, gateway } = house({ prompts: 1 }, asking())
      open()
      open()
      await idle()
      expect(gateway.counters.prompts).toBe(1)
      clock.advance(10_000)
      await spool.until((all) => all.of('login-refused').length === 1)
      clock.advance(110_000)
      await spool.until((all) => all.of('login-refused').length === 2)
      expect(gateway.counters.prompts).toBe(0)
    })
  })

  it('refuses more handshakes than may go on at once, and serves again when there is room', async () => {
    const { open, connect, spool } = house({ handshakes: 2 })
    const waiting = [open(), open()]
    const { answer } = await connect()
    expect(answer).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('ERR_LIMIT_LOGINS'),
    })
    for (const { stream } of waiting) stream.destroy()
    await Promise.all(waiting.map(({ served }) => served))
    expect(await connect()).toMatchObject({ answer: { kind: 'client' } })
    expect(spool.of('login-refused').length).toBeGreaterThan(0)
  })

  it('lets others in while one address holds all the handshakes that it may', async () => {
    const { open, connect, gateway } = house({ handshakes: 8, handshakesPerNetwork: 3 })
    const flood = Array.from({ length: 20 }, (_, port) => open(`10.0.0.9:${port + 1}`))
    await idle()
    expect(gateway.counters.handshakes).toBe(3)
    expect(await connect('10.0.0.9:99')).toMatchObject({
      answer: { text: expect.stringContaining('ERR_LIMIT_LOGINS') },
    })
    expect(await connect('10.0.0.8:1')).toMatchObject({ answer: { kind: 'client' } })
    for (const { stream } of flood) stream.destroy()
    await Promise.all(flood.map(({ served }) => served))
    expect(gateway.counters.handshakes).toBe(0)
    expect(await connect('10.0.0.9:99')).toMatchObject({ answer: { kind: 'client' } })
  })

  it('keeps the number of sessions, also when many log in at once', async () => {
    const { connect, gateway } = house({ sessions: 2 })
    const kinds = (await Promise.all([connect(), connect(), connect()])).map(
      ({ answer }) => answer.kind,
    )
    expect(kinds.sort()).toEqual(['client', 'client', 'refused'])
    expect(gateway.counters.sessions).toBe(2)
  })

  it('keeps places for others when a principal has taken as many as one may have', async () => {
    const { connect, controlPlane, spool } = house({ sessions: 4, sessionsPerPrincipal: 2 })
    const first = await connect()
    await connect()
    expect((await connect()).answer).toMatchObject({
      text: expect.stringContaining('ERR_LIMIT_SESSIONS the principal has 2 sessions'),
    })
    expect(controlPlane.closed).toEqual(['the principal has too many sessions'])
    expect(spool.of('session-started')).toHaveLength(2)
    controlPlane.grant = { ...controlPlane.grant, principalId: 'principal-2' }
    expect((await connect()).answer.kind).toBe('client')
    controlPlane.grant = { ...controlPlane.grant, principalId: 'principal-1' }
    first.stream.destroy()
    await first.served
    expect((await connect()).answer.kind).toBe('client')
  })

  it('gives up on a control plane that does not answer, and closes what it opens later', async () => {
    const { connect, controlPlane, clock } = house()
    let answerLate: (session: ControlSession) => void = () => undefined
    controlPlane.open = () => new Promise((resolve) => (answerLate = resolve))
    const connecting = connect()
    await idle()
    clock.advance(defaultLimits.openMillis)
    expect((await connecting).answer).toMatchObject({
      text: expect.stringContaining('ERR_CONTROL_UNAVAILABLE'),
    })
    answerLate(controlPlane.session())
    await idle()
    expect(controlPlane.closed).toEqual(['abandoned'])
  })

  it('cannot be used to fill the spool', async () => {
    const { open, spool, gateway, clock } = house()
    const fail = async (clientAddress: string) => {
      const { stream, served } = open(clientAddress)
      stream.resume()
      stream.write('GARBAGE\n')
      await served
    }
    for (let count = 0; count < 300; count++) await fail(`10.0.${count % 10}.1:1`)
    expect(spool.of('login-refused')).toHaveLength(200)
    expect(gateway.counters.refusedLogins.get('ERR_PROTOCOL_MALFORMED')).toBe(300)
    clock.advance(1_000)
    await fail('10.0.0.1:1')
    expect(spool.of('login-refused').at(-1)?.message).toContain('100 earlier refusals not recorded')
  })

  it('cannot be used by one address to keep the refusals of others from being recorded', async () => {
    const { open, spool } = house()
    const fail = async (clientAddress: string) => {
      const { stream, served } = open(clientAddress)
      stream.resume()
      stream.write('GARBAGE\n')
      await served
    }
    for (let count = 0; count < 300; count++) await fail(`10.0.0.1:${count + 1}`)
    expect(spool.of('login-refused')).toHaveLength(100)
    await fail('10.0.0.2:1')
    expect(spool.of('login-refused').at(-1)).toMatchObject({
      clientAddress: '10.0.0.2:1',
      message: expect.stringContaining('200 earlier refusals not recorded'),
    })
  })

  it('does not tell which cancel keys exist', async () => {
    const { open, controlPlane } = house()
    const { stream, served } = open()
    stream.resume().write('CANCEL 00ff\n')
    await served
    expect(controlPlane.opened).toEqual([])
  })
})

describe('the start of a session', () => {
  it('is in the spool before anything else of it', async () => {
    const { connect, spool, controlPlane } = house()
    const { answer } = await connect()
    if (answer.kind === 'client') await answer.run('read customers')
    const { sessionId, admission } = controlPlane.grant
    expect(spool.entries.slice(0, 2)).toMatchObject([
      { kind: 'session-started', sessionId, admission },
      { kind: 'intent', sessionId },
    ])
    expect(spool.of('session-started')).toHaveLength(1)
  })

  it('is refused when it cannot be written, and the control plane is told', async () => {
    const { connect, spool, controlPlane, gateway } = house()
    spool.full.add('session-started')
    const { answer } = await connect()
    expect(answer).toMatchObject({ text: expect.stringContaining('ERR_AUDIT_UNAVAILABLE') })
    expect(controlPlane.closed).toHaveLength(1)
    expect(gateway.counters.openedSessions).toBe(0)
  })
})

describe('the end of a session', () => {
  it('comes when its credential expires', async () => {
    const { connect, controlPlane, clock, spool } = house()
    controlPlane.grant = fakeGrant({ expiresAt: clock.now() + 60_000 })
    const { served } = await connect()
    clock.advance(59_999)
    await idle()
    expect(spool.of('session-ended')).toEqual([])
    clock.advance(1)
    await served
    expect(spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_AUTH_EXPIRED_TOKEN' }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('comes when an outcome cannot be written', async () => {
    const { connect, spool } = house()
    const { answer, served } = await connect()
    spool.full.add('outcome')
    if (answer.kind === 'client') void answer.run('read customers')
    await served
    expect(spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_AUDIT_UNAVAILABLE' }])
  })

  it('does not wait for an engine that ignores it, and destroys every stream', async () => {
    const protocol = engineWith((engine) => ({
      relay: async (gate, target, signal) => {
        await target.dial({ host: 'target.test', port: 1 }, signal)
        await gate.submit(statement('read customers', { state: idleState }))
        return new Promise(() => undefined)
      },
      refuse: (error) => engine.refuse(error),
    }))
    const { open, controlPlane, clock, spool, dialled } = house({}, protocol)
    const { stream, served, client } = open()
    stream.resume().write('LOGIN shop token shop\n')
    await spool.until(() => spool.of('intent').length === 1)
    controlPlane.kill()
    await idle()
    clock.advance(defaultLimits.closeMillis)
    await served
    expect(client.destroyed).toBe(true)
    expect(dialled.map(({ destroyed }) => destroyed)).toEqual([true])
    expect(spool.of('outcome')).toMatchObject([{ outcome: { status: 'unknown' } }])
    expect(spool.of('session-ended')).toMatchObject([{ reason: 'killed' }])
  })

  it('does not wait for a client that does not read why it was refused', async () => {
    const protocol = engineWith(() => ({ refuse: () => new Promise(() => undefined) }))
    const { open, clock } = house({}, protocol)
    const { stream, served, client } = open()
    stream.write('GARBAGE\n')
    await idle()
    clock.advance(defaultLimits.closeMillis)
    await served
    expect(client.destroyed).toBe(true)
  })

  it('refuses an operation that an engine submits after the end', async () => {
    const late: Promise<unknown>[] = []
    const protocol = engineWith(() => ({
      relay: async (gate) => {
        setImmediate(() =>
          late.push(
            Promise.resolve(gate.submit(statement('read customers'))).catch((e: unknown) => e),
          ),
        )
        return { reason: 'client' }
      },
    }))
    const { open, spool } = house({}, protocol)
    const { stream, served } = open()
    stream.resume().write('LOGIN shop token shop\n')
    await served
    await idle()
    expect(late).toHaveLength(1)
    await expect(late[0]).resolves.toMatchObject({ code: 'ERR_SESSION_CLIENT_GONE' })
    expect(spool.of('intent')).toEqual([])
  })

  it.each([
    [
      'createEngine',
      (): Partial<Engine> => {
        throw new Error('hunter2')
      },
    ],
    ['accept', (): Partial<Engine> => ({ accept: () => Promise.reject(new Error('hunter2')) })],
    ['relay', (): Partial<Engine> => ({ relay: () => Promise.reject(new Error('hunter2')) })],
  ])('comes in order when %s fails, and shows the client no cause', async (_name, replace) => {
    const { open, log, gateway } = house({}, engineWith(replace))
    const { stream, served } = open()
    let shown = ''
    stream.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    stream.write('LOGIN shop token shop\n')
    await served
    expect(shown).not.toContain('hunter2')
    expect(log.lines.some(({ fields }) => 'err' in fields)).toBe(true)
    expect(gateway.counters).toMatchObject({ sockets: 0, handshakes: 0, sessions: 0 })
  })
})

describe('drain', () => {
  it('refuses new clients, lets sessions go on until its time is up, then ends them', async () => {
    const { gateway, connect, clock, controlPlane } = house()
    const { answer, served } = await connect()
    const drained = gateway.drain(30_000)
    expect((await connect()).answer).toMatchObject({
      text: expect.stringContaining('ERR_SESSION_DRAINED'),
    })
    expect(answer.kind === 'client' && (await answer.run('read customers')).kind).toBe('result')
    clock.advance(30_000)
    await served
    await drained
    expect(controlPlane.closed).toEqual(['drained'])
  })

  it('releases what the engines of a protocol share, once', async () => {
    let closed = 0
    const { gateway, connect } = house({}, { ...lineProtocol, close: () => void (closed += 1) })
    for (const { stream, served } of [await connect(), await connect()]) {
      stream.destroy()
      await served
    }
    await gateway.drain(30_000)
    expect(closed).toBe(1)
  })

  it('ends at once when nobody is there', async () => {
    const { gateway, clock } = house()
    await gateway.drain(30_000)
    expect(clock.pendingTimers).toBe(0)
  })
})

it('keeps the refusal of the control plane as it is', async () => {
  const { connect, controlPlane } = house()
  controlPlane.refusal = new LimitError('ERR_LIMIT_SESSIONS', 'this principal has 10 sessions')
  expect((await connect()).answer).toMatchObject({
    text: 'FAIL ERR_LIMIT_SESSIONS this principal has 10 sessions',
  })
})

describe('sessions one after the other on one socket', () => {
  /** Hands the socket on after its first session, as an engine does whose client changes its token. */
  function handingOn(credentials: string[]): Protocol {
    return engineWith((engine) => ({
      accept: async (...parts) => {
        const opening = await engine.accept(...parts)
        const credential = credentials.shift()
        return opening.kind === 'done' || credential === undefined
          ? opening
          : { ...opening, unverifiedCredential: credential }
      },
      relay: async (...parts) =>
        credentials.length > 0 ? { reason: 'next' } : engine.relay(...parts),
    }))
  }

  it('opens each with its own credential, and counts one session at a time', async () => {
    const protocol = handingOn(['first', 'second'])
    const { open, gateway, controlPlane, spool } = house({ sessions: 1 }, protocol)
    const { stream, served } = open()
    stream.write('LOGIN shop token shop\nLOGIN shop token shop\n')
    await idle()
    expect(controlPlane.opened.map(({ unverifiedCredential }) => unverifiedCredential)).toEqual([
      'first',
      'second',
    ])
    expect(gateway.counters).toMatchObject({ sessions: 1, handshakes: 0, openedSessions: 2 })
    stream.destroy()
    await served
    expect(spool.of('session-ended').map(({ reason }) => reason)).toEqual(['next', 'client'])
    expect(gateway.counters).toMatchObject({ sockets: 0, sessions: 0, handshakes: 0 })
  })
})

describe('a client that may offer another credential', () => {
  const again = (answers: boolean[]) =>
    engineWith(() => ({ mayTryAgain: () => answers.shift() === true }))
  const expired = new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the token expired')

  it('is asked once more, on the same socket, and each failure is recorded', async () => {
    const { open, controlPlane, spool, gateway } = house({}, again([true]))
    controlPlane.refusal = expired
    const { stream, served } = open()
    const answered = lineHarness.connect(stream, login)
    await spool.until(() => spool.of('login-refused').length === 1)
    controlPlane.refusal = undefined
    expect((await lineHarness.connect(stream, login)).kind).toBe('client')
    expect(controlPlane.opened).toHaveLength(2)
    expect(gateway.counters).toMatchObject({ handshakes: 0, sessions: 1 })
    stream.destroy()
    await served
    await answered
    expect(gateway.counters).toMatchObject({ sockets: 0, sessions: 0 })
  })

  it('is refused when the engine has had enough, or the refusal is not about the credential', async () => {
    const { connect, controlPlane, spool } = house({}, again([false, true]))
    controlPlane.refusal = expired
    expect((await connect()).answer.kind).toBe('refused')
    controlPlane.refusal = new LimitError('ERR_LIMIT_SESSIONS', 'too many')
    expect((await connect()).answer.kind).toBe('refused')
    expect(spool.of('login-refused')).toHaveLength(2)
  })
})
