import { toGatewayError, type GatewayError, type GatewayErrorCode } from '@wardgate/errors'
import { forClient } from '../for-client'
import type { ControlSession } from '../ports'
import type { Engine } from '../protocol'
import { converse } from './converse'
import type { House } from './house'
import type { ServeOptions } from './listener'
import { openSession } from './open-session'
import { settledWithin } from './until'
import { Visit } from './visit'

/** One socket from accept to destroy: handshake, session, relay, end. Whatever is refused is refused here. */
export async function serve(house: House, options: ServeOptions): Promise<void> {
  const visit = new Visit(house, options)
  let engine: Engine | undefined
  try {
    const { protocol, settings } = options.listener
    engine = protocol.createEngine(options.client, settings)
    const error = await converseInTurn(visit, engine)
    if (error) await answer(visit, engine, error)
  } catch (caught) {
    const error = toGatewayError(caught)
    visit.loginRefused(error)
    if (engine) await answer(visit, engine, error)
  } finally {
    visit.end()
  }
}

/** Sessions one after the other: a socket whose token or connection changes needs another. */
async function converseInTurn(visit: Visit, engine: Engine): Promise<GatewayError | undefined> {
  for (;;) {
    const opened = await logIn(visit, engine)
    if (opened === undefined) return undefined
    const { reason, error } = await converse(visit, engine, opened)
    if (reason !== 'next' || error !== undefined) return error
    visit.renew()
  }
}

/** Refusals that another credential can mend. */
const mendable: ReadonlySet<GatewayErrorCode> = new Set([
  'ERR_AUTH_MISSING',
  'ERR_AUTH_INVALID_TOKEN',
  'ERR_AUTH_EXPIRED_TOKEN',
  'ERR_AUTH_WRONG_AUDIENCE',
  'ERR_AUTH_FORBIDDEN',
])

/** As many attempts as the engine lets the client have; each failure counts and is recorded. */
async function logIn(visit: Visit, engine: Engine): Promise<ControlSession | undefined> {
  for (;;) {
    try {
      return await openSession(visit, engine)
    } catch (caught) {
      const error = toGatewayError(caught)
      if (visit.signal.aborted || !mendable.has(error.code)) throw error
      if (engine.mayTryAgain?.(forClient(error, visit.reference)) !== true) throw error
      visit.loginRefused(error)
    }
  }
}

async function answer(visit: Visit, engine: Engine, error: GatewayError): Promise<void> {
  const { timers, limits } = visit.house
  if (visit.client.destroyed) return
  try {
    const told = engine.refuse(forClient(error, visit.reference))
    await settledWithin(told, timers, limits.closeMillis)
  } catch (caught) {
    visit.log.error({ err: caught }, 'refusal not told')
  }
}
