import type { Dialler } from '../ports'
import type { Target } from '../target'
import { SessionTarget } from '../serve/session-target'
import { fakeGrant } from './fake-control-plane'
import type { SessionGrant } from '../ports'

/** A Target for tests of engines alone; every endpoint of the grant is reached by `dial`. */
export function fakeTarget(dial: Dialler['dial'], grant: Partial<SessionGrant> = {}): Target {
  return new SessionTarget(fakeGrant(grant), { dial })
}
