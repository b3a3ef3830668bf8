import type { GatewayErrorCode } from '@wardgate/errors'
import type { Spool, SpoolEntry } from '@wardgate/gateway'

/** Actions after which the target's catalog may be another. */
const changingActions = new Set(['create', 'alter', 'drop'])
const endingActions = new Set(['transaction'])
/** The result was not what the decision had expected. */
const staleCode: GatewayErrorCode = 'ERR_POLICY_STALE'
/** Sessions whose database is remembered; the gateway's own bound on sessions is lower. */
const maximumSessions = 100_000
const maximumOperations = 4096

type IntentEntry = Extract<SpoolEntry, { readonly kind: 'intent' }>

export interface Place {
  readonly connectionId: string
  readonly database: string
}

export interface ChangeListener {
  /** Something was created, altered or dropped. */
  changed(place: Place): void
  /** A decision or a result did not fit what is known. */
  doubted(place: Place): void
}

/** Passes entries on to the spool, and tells when an operation that changed the catalog has ended. */
export class ChangeSpotter implements Spool {
  readonly #spool: Spool
  readonly #listener: ChangeListener
  readonly #places = new Map<string, Place>()
  readonly #operations = new Set<string>()
  /** Sessions that have changed something, perhaps in a transaction that is still open. */
  readonly #changing = new Set<string>()

  constructor(spool: Spool, listener: ChangeListener) {
    this.#spool = spool
    this.#listener = listener
  }

  sessionOpened(sessionId: string, place: Place): void {
    if (this.#places.size < maximumSessions) this.#places.set(sessionId, place)
  }

  append(entry: SpoolEntry): void {
    this.#spool.append(entry)
    switch (entry.kind) {
      case 'intent':
        this.#noteIntent(entry)
        return
      case 'outcome':
        if (this.#wasChange(entry.operationId)) this.#tell(entry.sessionId, 'changed')
        else if (entry.outcome.error?.code === staleCode) this.#tell(entry.sessionId, 'doubted')
        return
      case 'session-ended':
        this.#places.delete(entry.sessionId)
        this.#changing.delete(entry.sessionId)
        return
      case 'refused':
        if (entry.code === staleCode) this.#tell(entry.sessionId, 'doubted')
        return
      case 'session-started':
      case 'login-refused':
      case 'recording':
    }
  }

  /** What is changed within a transaction can be read when that has ended. */
  #noteIntent({ sessionId, operationId, verdict }: IntentEntry): void {
    const does = (actions: ReadonlySet<string>): boolean =>
      verdict.actions.some(({ action }) => actions.has(action))
    const isChange = does(changingActions)
    if (isChange && this.#changing.size < maximumSessions) this.#changing.add(sessionId)
    const ends = !isChange && this.#changing.has(sessionId) && does(endingActions)
    if ((isChange || ends) && this.#operations.size < maximumOperations)
      this.#operations.add(operationId)
  }

  /** Mostly there is none, and then the id need not be looked up. */
  #wasChange(operationId: string): boolean {
    return this.#operations.size > 0 && this.#operations.delete(operationId)
  }

  #tell(sessionId: string, what: keyof ChangeListener): void {
    const place = this.#places.get(sessionId)
    if (place !== undefined) this.#listener[what](place)
  }

  written(): Promise<void> | undefined {
    return this.#spool.written()
  }

  durable(): Promise<void> {
    return this.#spool.durable()
  }
}
