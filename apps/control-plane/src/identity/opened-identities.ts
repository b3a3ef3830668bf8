import { createHash } from 'node:crypto'
import type { Identity } from '../common/auth/identity'
import { BoundedMap } from '../common/bounded-map'
import type { Clock } from '../common/clock'

const mostIdentities = 10_000
/** After this it is read again whatever the epoch says. */
const keptMillis = 10_000

interface Kept {
  readonly identity: Identity
  readonly epoch: bigint
  readonly until: number
}

/**
 * Whom a token stands for, for clients that open one session after the other. Holds for one epoch, which every
 * change of an issuer, a principal, a role or a binding ends; by the token itself, so no two bearers share one.
 */
export class OpenedIdentities {
  readonly #kept = new BoundedMap<string, Kept>(mostIdentities)

  constructor(private readonly clock: Clock) {}

  get(rawToken: string, epoch: bigint): Identity | undefined {
    const kept = this.#kept.get(keyOf(rawToken))
    if (kept?.epoch !== epoch || kept.until <= this.clock.now()) return undefined
    return kept.identity
  }

  /** `epoch`: as it was before the identity was read. */
  set(rawToken: string, epoch: bigint, identity: Identity): void {
    const until = Math.min(this.clock.now() + keptMillis, identity.expiresAt.getTime())
    this.#kept.set(keyOf(rawToken), { identity, epoch, until })
  }
}

function keyOf(rawToken: string): string {
  return createHash('sha256').update(rawToken).digest('base64')
}
