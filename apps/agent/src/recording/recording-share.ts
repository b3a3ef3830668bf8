import { AuditError } from '@wardgate/errors'

/** What of the spool tells how far the control plane has come, and how much room is left. */
export interface SpoolProgress {
  readonly lastSequence: number
  readonly acknowledged: number
  readonly crowded: boolean
  onAcknowledged(listener: () => void): () => void
}

/** Of what a principal's recordings may take: from here on it waits. */
const behindShare = 1 / 2

interface Waiter {
  readonly principalId: string
  readonly resolve: () => void
}

interface Waiting {
  readonly sequence: number
  readonly bytes: number
}

/** What one principal has recorded that the control plane does not hold yet, oldest first. */
class Backlog {
  bytes = 0
  readonly #waiting: Waiting[] = []

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.bytes += waiting.bytes
  }

  acknowledge(sequence: number): void {
    const kept = this.#waiting.findIndex((waiting) => waiting.sequence > sequence)
    const gone = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept)
    for (const { bytes } of gone) this.bytes -= bytes
  }
}

/**
 * How much of the spool the recordings of one principal may take. When the spool is full everybody is refused, so a
 * principal that reads faster than the control plane stores has to wait before, and to be stopped when it does not.
 */
export class RecordingShare {
  readonly #spool: SpoolProgress
  readonly #maxBytes: number
  readonly #backlogs = new Map<string, Backlog>()
  readonly #waiters = new Set<Waiter>()

  constructor(spool: SpoolProgress, maxBytes: number) {
    this.#spool = spool
    this.#maxBytes = maxBytes
    spool.onAcknowledged(() => this.#wake())
  }

  /** Whether the principal's recordings are to wait for the control plane: well before they would be refused. */
  isBehind(principalId: string): boolean {
    const backlog = this.#backlogs.get(principalId)
    backlog?.acknowledge(this.#spool.acknowledged)
    return this.#spool.crowded || (backlog?.bytes ?? 0) > this.#maxBytes * behindShare
  }

  /** Resolves when they are not behind any more. */
  room(principalId: string): Promise<void> {
    if (!this.isBehind(principalId)) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.add({ principalId, resolve }))
  }

  /** Throws when the principal has to wait for the control plane. */
  require(principalId: string, bytes: number): void {
    const backlog = this.#backlogs.get(principalId)
    if (backlog === undefined || backlog.bytes + bytes <= this.#maxBytes) return
    this.#forget()
    if (backlog.bytes + bytes <= this.#maxBytes) return
    throw new AuditError(
      'ERR_AUDIT_UNAVAILABLE',
      'what this principal reads is recorded faster than the control plane stores it',
      {
        nextStep:
          'Wait for a minute and read less at a time; or have the connection record `statements` alone.',
      },
    )
  }

  /** Counts what was just appended to the spool. */
  appended(principalId: string, bytes: number): void {
    const backlog = this.#backlogs.get(principalId) ?? this.#begin(principalId)
    backlog.add({ sequence: this.#spool.lastSequence, bytes })
    backlog.acknowledge(this.#spool.acknowledged)
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this.isBehind(waiter.principalId)) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  #begin(principalId: string): Backlog {
    this.#forget()
    const backlog = new Backlog()
    this.#backlogs.set(principalId, backlog)
    return backlog
  }

  #forget(): void {
    for (const [principalId, backlog] of this.#backlogs) {
      backlog.acknowledge(this.#spool.acknowledged)
      if (backlog.bytes === 0) this.#backlogs.delete(principalId)
    }
  }
}
