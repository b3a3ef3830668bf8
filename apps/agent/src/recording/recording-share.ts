import { AuditError } from '@wardgate/errors'

/** What of the spool tells how far the control plane has come. */
export interface SpoolProgress {
  readonly lastSequence: number
  readonly acknowledged: number
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
 * principal that reads faster than the control plane stores has to be stopped before, and alone.
 */
export class RecordingShare {
  readonly #spool: SpoolProgress
  readonly #maxBytes: number
  readonly #backlogs = new Map<string, Backlog>()

  constructor(spool: SpoolProgress, maxBytes: number) {
    this.#spool = spool
    this.#maxBytes = maxBytes
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
