import type { GatewayError } from '@wardgate/errors'
import type { Clock, Log, Spool } from '../ports'
import type { Counters } from './counters'

const burst = 200
const perSecond = 20

interface Refusal {
  readonly protocol: string
  readonly clientAddress: string
  readonly connection: string
}

interface Surroundings {
  readonly spool: Spool
  readonly log: Log
  readonly clock: Clock
  readonly counters: Counters
}

/**
 * Records refused logins, at a bounded rate: who has no credential must not be able to fill the spool, for a full
 * spool stops everybody. What is left out is counted in the next entry that is written.
 */
export class LoginRefusals {
  readonly #surroundings: Surroundings
  #tokens = burst
  #refilledAt = 0
  #leftOut = 0

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  add(refusal: Refusal, error: GatewayError): void {
    const { spool, log, counters } = this.#surroundings
    counters.refusedLogins.set(error.code, (counters.refusedLogins.get(error.code) ?? 0) + 1)
    if (!this.#takeToken()) {
      this.#leftOut += 1
      return
    }
    const omitted = this.#leftOut === 0 ? '' : ` (${this.#leftOut} earlier refusals not recorded)`
    const message = error.message + omitted
    try {
      spool.append({ kind: 'login-refused', ...refusal, code: error.code, message })
      this.#leftOut = 0
    } catch (caught) {
      log.error({ err: caught, code: error.code }, 'refused login not recorded')
    }
  }

  #takeToken(): boolean {
    const now = this.#surroundings.clock.now()
    const seconds = Math.max(0, now - this.#refilledAt) / 1000
    this.#tokens = Math.min(burst, this.#tokens + seconds * perSecond)
    this.#refilledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
