import { InternalError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Closing, Engine, Gate } from '../protocol'
import type { Target } from '../target'
import { settledWithin } from './until'
import type { Visit } from './visit'

/** Runs the engine's relay. Always answers: an engine that is aborted gets `closeMillis` to end. */
export async function relay(
  visit: Visit,
  engine: Engine,
  gate: Gate,
  target: Target,
): Promise<Closing> {
  const { signal } = visit
  let closing: Closing | undefined
  const relayed = run(engine, gate, target, signal).then((end) => (closing = end))
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([relayed, aborted])
  await settledWithin(relayed, visit.house.timers, visit.house.limits.closeMillis)
  // What ended the session from outside explains more than what the engine made of it.
  if (signal.aborted) return closingOf(toGatewayError(signal.reason))
  return closing ?? closingOf(new InternalError('the relay did not end'))
}

async function run(engine: Engine, gate: Gate, target: Target, signal: AbortSignal) {
  try {
    return await engine.relay(gate, target, signal)
  } catch (caught) {
    return closingOf(toGatewayError(caught))
  }
}

function closingOf(error: GatewayError): Closing {
  switch (error.code) {
    case 'ERR_SESSION_CLIENT_GONE':
      return { reason: 'client' }
    case 'ERR_SESSION_KILLED':
      return { reason: 'killed', error }
    case 'ERR_SESSION_DRAINED':
      return { reason: 'drained', error }
    case 'ERR_TARGET_LOST':
      return { reason: 'target', error }
    default:
      return { reason: 'error', error }
  }
}
