import type { NewSegment, ToldOperations, ToldSegment } from '../audit/segment'
import { claimedTrace, searchableActions } from '../sessions/operation-search'
import type { NewOperation, OperationEnd } from './records/ingested-record'

/** More than one page of distinct actions is not worth a list in every segment. */
const mostActionsNamed = 200

/** An operation whose intent is in this batch, and what the batch says of its end. */
export interface BatchOperation {
  readonly operation: NewOperation
  readonly isToldInFull: boolean
  /** Place of its intent in the batch. */
  readonly at: number
  outcome: { readonly end: OperationEnd; readonly at: number } | undefined
}

/**
 * Parts operations into those that their segment tells whole, and those that need a row: their outcome is still to come or
 * in a later segment, or their entry had to be cut.
 */
export function tellOperations(
  segments: readonly NewSegment[],
  operations: readonly BatchOperation[],
): { readonly told: readonly ToldSegment[]; readonly untold: readonly BatchOperation[] } {
  const untold: BatchOperation[] = []
  const told: ToldSegment[] = []
  let [first, next] = [0, 0]
  for (const segment of segments) {
    const end = first + segment.leaves.length
    const own: BatchOperation[] = []
    // Both are in the order of the batch.
    for (let found = operations[next]; found !== undefined && found.at < end;) {
      if (isToldBy(found, end)) own.push(found)
      else untold.push(found)
      found = operations[++next]
    }
    told.push({ segment, operations: describe(own, first) })
    first = end
  }
  return { told, untold }
}

function isToldBy({ operation, isToldInFull, outcome }: BatchOperation, end: number): boolean {
  if (!isToldInFull) return false
  return operation.status === 'refused' ? outcome === undefined : (outcome?.at ?? end) < end
}

function describe(operations: readonly BatchOperation[], first: number): ToldOperations {
  const places = Buffer.alloc(operations.length * 4)
  const statuses = new Set<string>()
  const actions = new Set<string>()
  const traceIds = new Set<string>()
  let [lowest, highest]: [string | null, string | null] = [null, null]
  for (const [nth, { operation, at, outcome }] of operations.entries()) {
    places.writeUInt16BE(at - first, nth * 4)
    places.writeUInt16BE((outcome?.at ?? at) - first, nth * 4 + 2)
    const { id } = operation
    if (lowest === null || id < lowest) lowest = id
    if (highest === null || id > highest) highest = id
    statuses.add(outcome?.end.status ?? operation.status)
    for (const action of operation.actions) addAction(actions, action)
    const traceId = claimedTrace(operation.text)
    if (traceId !== null) traceIds.add(traceId)
  }
  return {
    places,
    first: lowest,
    last: highest,
    statuses: [...statuses],
    actions: actions.size > mostActionsNamed ? null : searchableActions([...actions]),
    traceIds: [...traceIds],
  }
}

function addAction(actions: Set<string>, action: string): void {
  if (actions.size <= mostActionsNamed) actions.add(action)
}
