import type { ToldOperations } from '../audit/segment'
import { searchableActions } from '../sessions/operation-search'
import type { IntentEffect } from './records/ingested-record'

/** More than one page of distinct actions is not worth a list in every segment. */
const mostActionsNamed = 200

/** Collects what is looked for in the operations that a segment tells whole. */
export class ToldOperationsWriter {
  readonly #places: number[] = []
  readonly #statuses = new Set<string>()
  readonly #actions = new Set<string>()
  readonly #traceIds = new Set<string>()
  #first: string | null = null
  #last: string | null = null

  add(
    { id, actions, traceId }: IntentEffect,
    status: string,
    places: readonly [intent: number, outcome: number],
  ): void {
    this.#places.push(...places)
    this.#statuses.add(status)
    for (const action of actions)
      if (this.#actions.size <= mostActionsNamed) this.#actions.add(action)
    if (traceId !== null) this.#traceIds.add(traceId)
    if (this.#first === null || id < this.#first) this.#first = id
    if (this.#last === null || id > this.#last) this.#last = id
  }

  finish(): ToldOperations {
    const places = Buffer.alloc(this.#places.length * 2)
    this.#places.forEach((place, at) => places.writeUInt16BE(place, at * 2))
    const isTooMany = this.#actions.size > mostActionsNamed
    return {
      places,
      first: this.#first,
      last: this.#last,
      statuses: [...this.#statuses],
      actions: isTooMany ? null : searchableActions([...this.#actions]),
      traceIds: [...this.#traceIds],
    }
  }
}
