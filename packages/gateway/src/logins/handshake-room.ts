import { LimitError } from '@wardgate/errors'
import type { GatewayLimits } from '../limits'
import { clientNetwork } from './client-network'
import type { Counters } from '../serve/counters'

/**
 * The places of clients that have shown no accepted credential yet. One place alone must not be able to take all of
 * them: then nobody else could get in. Whoever is refused holds none.
 */
export class HandshakeRoom {
  readonly #limits: Pick<GatewayLimits, 'handshakes' | 'handshakesPerNetwork'>
  readonly #counters: Pick<Counters, 'handshakes'>
  /** As many entries as there are places taken, at the most. */
  readonly #byNetwork = new Map<string, number>()

  constructor(
    limits: Pick<GatewayLimits, 'handshakes' | 'handshakesPerNetwork'>,
    counters: Pick<Counters, 'handshakes'>,
  ) {
    this.#limits = limits
    this.#counters = counters
  }

  /** Throws when there is no room; otherwise `leave` has to follow, once. */
  enter(clientAddress: string): void {
    const network = clientNetwork(clientAddress)
    const own = this.#byNetwork.get(network) ?? 0
    if (own >= this.#limits.handshakesPerNetwork)
      throw new LimitError('ERR_LIMIT_LOGINS', `too many clients are connecting from ${network}`)
    if (this.#counters.handshakes >= this.#limits.handshakes)
      throw new LimitError('ERR_LIMIT_LOGINS', 'too many clients are connecting at once')
    this.#counters.handshakes += 1
    this.#byNetwork.set(network, own + 1)
  }

  leave(clientAddress: string): void {
    const network = clientNetwork(clientAddress)
    const others = (this.#byNetwork.get(network) ?? 1) - 1
    this.#counters.handshakes -= 1
    if (others === 0) this.#byNetwork.delete(network)
    else this.#byNetwork.set(network, others)
  }
}
