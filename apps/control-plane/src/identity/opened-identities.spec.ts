import type { Identity } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { OpenedIdentities } from './opened-identities'

class SetClock extends Clock {
  millis = 1_000_000

  override now(): number {
    return this.millis
  }
}

function setUp(expiresInMillis = 60_000) {
  const clock = new SetClock()
  const identity = { expiresAt: new Date(clock.millis + expiresInMillis) } as Identity
  const identities = new OpenedIdentities(clock)
  identities.set('token', 7n, identity)
  return { clock, identity, identities }
}

it('knows a token within the epoch it was read in, and no other token', () => {
  const { identities, identity } = setUp()
  expect(identities.get('token', 7n)).toBe(identity)
  expect(identities.get('token', 8n)).toBeUndefined()
  expect(identities.get('other', 7n)).toBeUndefined()
})

it('forgets after ten seconds, and when the token expires', () => {
  const { identities, clock } = setUp()
  clock.millis += 10_000
  expect(identities.get('token', 7n)).toBeUndefined()
  const short = setUp(2_000)
  short.clock.millis += 2_000
  expect(short.identities.get('token', 7n)).toBeUndefined()
})
