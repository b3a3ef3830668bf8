import { AuthError, ControlError, LimitError, toGatewayError } from '@wardgate/errors'
import type { ControlSession } from '../ports'
import type { Engine, Login, Opening } from '../protocol'
import type { House } from './house'
import { deadline, until } from './until'
import type { Visit } from './visit'
import { writeStart } from './write-start'

/** Handshake, then the control plane's word. Undefined = the socket carried only a cancel request. */
export async function openSession(
  visit: Visit,
  engine: Engine,
): Promise<ControlSession | undefined> {
  beginHandshake(visit)
  const opening = await handshake(visit, engine)
  if (opening.kind === 'done') return undefined
  visit.connection = opening.connection
  takeSessionPlace(visit)
  const session = await askControlPlane(visit, opening)
  takePrincipalPlace(visit, session)
  writeStart(visit, session, opening)
  visit.handshakeDone()
  return session
}

function beginHandshake(visit: Visit): void {
  const { draining } = visit.house
  if (draining.aborted) throw toGatewayError(draining.reason)
  visit.beginHandshake()
}

// After the handshake, so that cancel requests get through to a full agent.
function takeSessionPlace(visit: Visit): void {
  if (visit.takeSessionPlace()) return
  const message = `the agent has its ${visit.house.limits.sessions} sessions`
  throw new LimitError('ERR_LIMIT_SESSIONS', message)
}

function takePrincipalPlace(visit: Visit, session: ControlSession): void {
  if (visit.takePrincipalPlace(session.grant.principalId)) return
  session.close('the principal has too many sessions')
  const most = visit.house.limits.sessionsPerPrincipal
  const message = `the principal has ${most} sessions at this agent, as many as one may have`
  throw new LimitError('ERR_LIMIT_SESSIONS', message, {
    nextStep: 'End sessions that are not used, or share one.',
  })
}

async function handshake(visit: Visit, engine: Engine): Promise<Opening> {
  const { house, listener, clientAddress } = visit
  const { timers, limits, cancels } = house
  const tooLate = () => new AuthError('ERR_AUTH_TIMEOUT', 'the handshake took too long')
  const limit = deadline(visit.signal, timers, limits.handshakeMillis, tooLate)
  const patience = new Patience(house, limit)
  const login: Login = {
    ...listener,
    clientAddress,
    cancel: (key) => cancels.cancel(key),
    awaitPerson: () => patience.take(),
  }
  try {
    return await until(engine.accept(login, limit.signal), limit.signal)
  } finally {
    patience.leave()
    limit.stop()
  }
}

/** Time for a person to type: for a bounded number at once, or whoever connects and says nothing would hold a place. */
class Patience {
  readonly #house: House
  readonly #limit: { extend(millis: number): void }
  #isTaken = false

  constructor(house: House, limit: { extend(millis: number): void }) {
    this.#house = house
    this.#limit = limit
  }

  take(): void {
    const { counters, limits } = this.#house
    if (this.#isTaken || counters.prompts >= limits.prompts) return
    this.#isTaken = true
    counters.prompts += 1
    this.#limit.extend(limits.promptMillis)
  }

  leave(): void {
    if (this.#isTaken) this.#house.counters.prompts -= 1
  }
}

async function askControlPlane(
  visit: Visit,
  opening: Extract<Opening, { kind: 'session' }>,
): Promise<ControlSession> {
  const { house, listener, clientAddress } = visit
  const tooLate = () =>
    new ControlError(
      'ERR_CONTROL_UNAVAILABLE',
      'the control plane did not open the session in time',
    )
  const limit = deadline(visit.signal, house.timers, house.limits.openMillis, tooLate)
  const { connection, unverifiedCredential, unverifiedProof, database, claimed } = opening
  const request = {
    connection,
    unverifiedCredential,
    database,
    claimed,
    clientAddress,
    protocol: listener.protocol.name,
    listener: listener.name,
    ...(unverifiedProof === undefined ? {} : { unverifiedProof }),
  }
  const opened = house.controlPlane.open(request, limit.signal)
  try {
    return await until(opened, limit.signal)
  } catch (error) {
    // It may still open after we gave up: then it must not stay open.
    opened.then(
      (session) => session.close('abandoned'),
      () => undefined,
    )
    throw error
  } finally {
    limit.stop()
  }
}
