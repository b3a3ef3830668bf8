import type { Identity } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { OpenedIdentities } from './opened-identities'

function setUp(expiresInMillis = 60_000) {
  const clock = new Clock()
  const now = jest.spyOn(clock, 'now').mockReturnValue(1_000_000)
  const identity = { expiresAt: new Date(1_000_000 + expiresInMillis) } as Identity
  const identities = new OpenedIdentities(clock)
  identities.set('token', 7n, identity)
  return { now, identity, identities }
}

it('knows a token within the epoch it was read in, and no other token', () => {
  const { identities, identity } = setUp()
  expect(identities.get('token', 7n)).toBe(identity)
  expect(identities.get('token', 8n)).toBeUndefined()
  expect(identities.get('other', 7n)).toBeUndefined()
})

it('forgets after ten seconds, and when the token expires', () => {
  const { identities, now } = setUp()
  now.mockReturnValue(1_010_000)
  expect(identities.get('token', 7n)).toBeUndefined()
  const short = setUp(2_000)
  short.now.mockReturnValue(1_002_000)
  expect(short.identities.get('token', 7n)).toBeUndefined()
})
