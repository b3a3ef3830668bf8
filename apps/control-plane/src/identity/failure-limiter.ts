import { AuthError } from '@wardgate/errors'
import { BoundedMap } from '../common/bounded-map'
import type { Clock } from '../common/clock'

const windowMillis = 60_000
const mostFailures = 20
/** Sources beyond this many push the least recent ones out. */
const mostSources = 10_000

interface Failures {
  readonly since: number
  readonly count: number
}

/** ERR_AUTH_RATE_LIMITED, with the seconds to wait. */
export class TooManyFailures extends AuthError {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super(
      'ERR_AUTH_RATE_LIMITED',
      `too many failed authentications; wait ${retryAfterSeconds} seconds`,
    )
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Slows down whoever guesses. Counts failures by address and claimed issuer, so that one bad client does not bar its neighbours. */
export class FailureLimiter {
  readonly #failures = new BoundedMap<string, Failures>(mostSources)

  constructor(private readonly clock: Clock) {}

  check(address: string, issuer: string): void {
    const failures = this.#failures.get(keyOf(address, issuer))
    if (failures === undefined || failures.count < mostFailures) return
    const left = failures.since + windowMillis - this.clock.now()
    if (left > 0) throw new TooManyFailures(Math.ceil(left / 1000))
  }

  count(address: string, issuer: string): void {
    const key = keyOf(address, issuer)
    const now = this.clock.now()
    const failures = this.#failures.get(key)
    const live = failures !== undefined && failures.since + windowMillis > now
    this.#failures.set(
      key,
      live ? { ...failures, count: failures.count + 1 } : { since: now, count: 1 },
    )
  }
}

/** Issuers that nobody registered count as one: else every made-up name would start at zero. */
function keyOf(address: string, issuer: string): string {
  return `${address} ${issuer}`
}
