import { SessionError } from '@wardgate/errors'
import type { ControlSession } from '../ports'
import type { Closing, Engine } from '../protocol'
import { SessionGate } from '../session-gate'
import { SessionTarget } from './session-target'
import { relay } from './relay'
import { contextOf } from './session-context-of'
import type { Visit } from './visit'
import { watchSession } from './watch-session'
import { writeEnd } from './write-end'

/** One for all: it ends what a session left behind, and nobody asks it where from. */
const hasEnded = new SessionError('ERR_SESSION_CLIENT_GONE', 'the session has ended')

/** An open session from its gate to its last entry. */
export async function converse(
  visit: Visit,
  engine: Engine,
  session: ControlSession,
): Promise<Closing> {
  const { house } = visit
  visit.introduce(session.grant)
  house.counters.openedSessions += 1
  const stopWatching = watchSession(visit, session)
  const gate = new SessionGate(contextOf(visit, session), house.cancels)
  const target = new SessionTarget(session.grant, house.dialler)
  visit.log.info({}, 'session opened')
  const closing = await relay(visit, engine, gate, target)
  stopWatching()
  // From here on nothing of this session may start, whatever the engine still has in hand.
  visit.abort(closing.error ?? hasEnded)
  gate.end()
  target.end()
  session.close(closing.reason)
  writeEnd(visit, session.grant, closing)
  house.counters.endedSessions += 1
  return closing
}
