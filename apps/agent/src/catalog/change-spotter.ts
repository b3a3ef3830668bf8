import type { Spool, SpoolEntry } from '@wardgate/gateway'

/** Actions after which the target's catalog may be another. */
const changingActions = new Set(['create', 'alter', 'drop'])
/** Sessions whose database is remembered; the gateway's own bound on sessions is lower. */
const maximumSessions = 100_000
const maximumOperations = 4096

export interface Place {
  readonly connectionId: string
  readonly database: string
}

/** Passes entries on to the spool, and tells when an operation that changed the catalog has ended. */
export class ChangeSpotter implements Spool {
  readonly #spool: Spool
  readonly #changed: (place: Place) => void
  readonly #places = new Map<string, Place>()
  readonly #operations = new Set<string>()

  constructor(spool: Spool, changed: (place: Place) => void) {
    this.#spool = spool
    this.#changed = changed
  }

  sessionOpened(sessionId: string, place: Place): void {
    if (this.#places.size < maximumSessions) this.#places.set(sessionId, place)
  }

  append(entry: SpoolEntry): void {
    this.#spool.append(entry)
    switch (entry.kind) {
      case 'intent':
        if (
          this.#operations.size < maximumOperations &&
          entry.verdict.actions.some(({ action }) => changingActions.has(action))
        )
          this.#operations.add(entry.operationId)
        return
      case 'outcome':
        if (this.#operations.size > 0 && this.#operations.delete(entry.operationId)) {
          const place = this.#places.get(entry.sessionId)
          if (place !== undefined) this.#changed(place)
        }
        return
      case 'session-ended':
        this.#places.delete(entry.sessionId)
        return
      case 'session-started':
      case 'refused':
      case 'login-refused':
      case 'recording':
    }
  }

  written(): Promise<void> | undefined {
    return this.#spool.written()
  }

  durable(): Promise<void> {
    return this.#spool.durable()
  }
}
