import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock, OpenRequest, SessionGrant } from '@wardgate/gateway'

const mostAdmissions = 1_000
/** However long the control plane allows: what it takes to open sessions is not kept for longer. */
const longestMicros = 10_000_000
const sweepMillis = 1_000

interface Admission {
  readonly grant: SessionGrant
  readonly epoch: bigint
  readonly untilMicros: number
}

/**
 * What the control plane answered to recent opens, so that a client that connects for each statement does not wait for
 * the same answer each time. Holds for one epoch and for seconds; the control plane is told of every session all the
 * same, and its objection ends the session.
 */
export class Admissions {
  readonly #clock: Clock
  /** In the order they were kept, so that the first are the oldest. */
  readonly #kept = new Map<string, Admission>()
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#kept.size
  }

  find(request: OpenRequest, epoch: bigint): SessionGrant | undefined {
    if (request.unverifiedProof !== undefined || this.#kept.size === 0) return undefined
    const key = keyOf(request)
    const admission = this.#kept.get(key)
    if (admission === undefined) return undefined
    const { grant, untilMicros } = admission
    const isExpired = grant.expiresAt > 0 && grant.expiresAt <= this.#clock.now()
    if (admission.epoch === epoch && untilMicros > this.#clock.micros() && !isExpired) return grant
    this.#kept.delete(key)
    return undefined
  }

  /** `epoch`: under which the control plane gave it. */
  keep(request: OpenRequest, grant: SessionGrant, epoch: bigint, seconds: number): void {
    if (seconds === 0 || request.unverifiedProof !== undefined) return
    const key = keyOf(request)
    this.#kept.delete(key)
    this.#dropExpired()
    if (this.#kept.size >= mostAdmissions) return
    const micros = Math.min(seconds * 1_000_000, longestMicros)
    this.#kept.set(key, { grant, epoch, untilMicros: this.#clock.micros() + micros })
    this.#watch()
  }

  forget(request: OpenRequest): void {
    if (this.#kept.size > 0) this.#kept.delete(keyOf(request))
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#kept.clear()
  }

  /** What unlocks a target is dropped in time, even when nobody connects any more. */
  #watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#dropExpired()
      if (this.#kept.size > 0) this.#watch()
    }, sweepMillis).unref()
  }

  #dropExpired(): void {
    const now = this.#clock.micros()
    for (const [key, { untilMicros }] of this.#kept) {
      if (untilMicros > now) return
      this.#kept.delete(key)
    }
  }
}

/** Whether a session that began under one of them may go on under the other. */
export function areSameTerms(a: SessionGrant, b: SessionGrant): boolean {
  return isDeepStrictEqual(termsOf(a), termsOf(b))
}

/** The seal is made anew each time. */
function termsOf(grant: SessionGrant): Omit<SessionGrant, 'admission'> {
  const { admission: _, ...terms } = grant
  return terms
}

/** The token itself is not kept. */
function keyOf({ unverifiedCredential, connection, protocol, database }: OpenRequest): string {
  return JSON.stringify([hash('sha256', unverifiedCredential), connection, protocol, database])
}
