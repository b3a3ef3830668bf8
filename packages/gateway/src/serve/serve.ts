import { toGatewayError, type GatewayError } from '@wardgate/errors'
import { forClient } from '../for-client'
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
    visit.log.warn({ code: error.code, err: error }, 'login refused')
    if (engine) await answer(visit, engine, error)
  } finally {
    visit.end()
  }
}

/** Sessions one after the other: a socket whose token or connection changes needs another. */
async function converseInTurn(visit: Visit, engine: Engine): Promise<GatewayError | undefined> {
  for (;;) {
    const opened = await openSession(visit, engine)
    if (opened === undefined) return undefined
    const { reason, error } = await converse(visit, engine, opened)
    if (reason !== 'next' || error !== undefined) return error
    visit.renew()
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
