import type { GatewayError } from '@wardgate/errors'
import type { Clock, Log, Spool } from '../ports'
import { clientNetwork } from './client-network'
import type { Counters } from '../serve/counters'
import { type Rate, TokenBucket } from './token-bucket'

const inAll: Rate = { burst: 200, perSecond: 20 }
const perNetwork: Rate = { burst: 100, perSecond: 5 }
/** Of those that are forgotten, each has a whole bucket again; the one for all holds them. */
const mostNetworks = 1_000

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
 * Records refused logins, at a rate that is bounded for each network and in all: who has no credential must not be able to fill the spool, for a full
 * spool stops everybody. What is left out is counted in the next entry that is written.
 */
export class LoginRefusals {
  readonly #surroundings: Surroundings
  readonly #all: TokenBucket
  /** Least recently used first. */
  readonly #byNetwork = new Map<string, TokenBucket>()
  #leftOut = 0

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.#all = new TokenBucket(inAll, surroundings.clock.now())
  }

  add(refusal: Refusal, error: GatewayError): void {
    const { spool, log, counters } = this.#surroundings
    counters.refusedLogins.set(error.code, (counters.refusedLogins.get(error.code) ?? 0) + 1)
    if (!this.#mayRecord(refusal.clientAddress)) {
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

  /** Its own bucket first: what one network has too much is not taken from the others. */
  #mayRecord(clientAddress: string): boolean {
    const now = this.#surroundings.clock.now()
    return this.#ownBucket(clientNetwork(clientAddress), now).take(now) && this.#all.take(now)
  }

  #ownBucket(network: string, now: number): TokenBucket {
    const known = this.#byNetwork.get(network)
    const bucket = known ?? new TokenBucket(perNetwork, now)
    this.#byNetwork.delete(network)
    this.#byNetwork.set(network, bucket)
    const [oldest] = this.#byNetwork.keys()
    if (this.#byNetwork.size > mostNetworks && oldest !== undefined) this.#byNetwork.delete(oldest)
    return bucket
  }
}
