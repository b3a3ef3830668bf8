import { LeafPacker } from '@wardgate/audit-log'
import type { NewSegment } from '../audit/segment'
import { SegmentWriter } from '../audit/segment-writer'
import type { Chunk, Effects, Ended } from './effects'
import type { IngestedRecord, NewOperation, OperationEnd } from './records/ingested-record'
import { ToldOperationsWriter } from './told-operations'

interface Begun {
  readonly sessionId: string
  /** Undefined = its segment tells it. */
  operation: NewOperation | undefined
  /** Where its intent is, when its entry holds all of it. */
  readonly place: { readonly segment: number; readonly at: number } | undefined
  end: OperationEnd | undefined
}

export interface Spool {
  readonly agentId: string
  readonly spoolId: string
}

// One for all: a digest is made without waiting for anything.
const packer = new LeafPacker()

/**
 * `principals` says who used which session of this agent. One record is read after the other, so that little of a batch is
 * held until all of it is known.
 */
export function digest(
  spool: Spool,
  principals: ReadonlyMap<string, string>,
  records: Iterable<IngestedRecord>,
): Effects {
  const batch = new BatchDigest(spool, principals)
  for (const record of records) batch.add(record)
  return batch.finish()
}

class BatchDigest {
  readonly #begun = new Map<string, Begun>()
  readonly #segments: NewSegment[] = []
  readonly #counts = new Map<string, number>()
  readonly #ends: OperationEnd[] = []
  readonly #sessions: Ended[] = []
  readonly #chunks: Chunk[] = []
  #segment = new SegmentWriter(packer)
  #told = new ToldOperationsWriter()

  constructor(
    private readonly spool: Spool,
    private readonly principals: ReadonlyMap<string, string>,
  ) {}

  add(record: IngestedRecord): void {
    if (this.#segment.isFull) this.#closeSegment()
    const { sessionId, effect } = record
    const principalId = sessionId === undefined ? undefined : this.principals.get(sessionId)
    const { agentId, spoolId } = this.spool
    const at = this.#segment.add({ ...record, agentId, spoolId, principalId })
    // An agent's word counts for its own sessions only; the entry is kept as evidence all the same.
    if (effect === undefined || sessionId === undefined || principalId === undefined) return
    switch (effect.kind) {
      case 'intent':
        this.#begin(effect.operation, effect.isToldInFull, at)
        break
      case 'outcome':
        this.#end(effect.outcome, sessionId, at)
        break
      case 'ended':
        this.#sessions.push({ ...effect, sessionId })
        break
      case 'started':
        break
      case 'chunk':
        this.#chunks.push({ ...effect, sessionId })
        break
    }
  }

  finish(): Effects {
    this.#closeSegment()
    const operations = [...this.#begun.values()].flatMap(({ operation, end }) =>
      operation === undefined ? [] : [{ operation, end }],
    )
    return {
      segments: this.#segments,
      operations,
      counts: this.#counts,
      ends: this.#ends,
      sessions: this.#sessions,
      chunks: this.#chunks,
    }
  }

  #begin(operation: NewOperation, isToldInFull: boolean, at: number): void {
    const { id, sessionId, status } = operation
    if (this.#begun.has(id)) return
    this.#counts.set(sessionId, (this.#counts.get(sessionId) ?? 0) + 1)
    const isTold = isToldInFull && status === 'refused'
    if (isTold) this.#told.add(operation, status, [at, at])
    this.#begun.set(id, {
      sessionId,
      operation: isTold ? undefined : operation,
      place: isToldInFull ? { segment: this.#segments.length, at } : undefined,
      end: undefined,
    })
  }

  #end(outcome: OperationEnd, sessionId: string, at: number): void {
    const own = this.#begun.get(outcome.id)
    if (own?.sessionId !== sessionId) {
      this.#ends.push(outcome)
      return
    }
    const { operation, place, end } = own
    if (operation === undefined || end !== undefined) return
    if (place?.segment === this.#segments.length) {
      this.#told.add(operation, outcome.status, [place.at, at])
      own.operation = undefined
    } else own.end = outcome
  }

  #closeSegment(): void {
    const segment = this.#segment.finish(this.#told.finish())
    if (segment !== undefined) this.#segments.push(segment)
    this.#segment = new SegmentWriter(packer)
    this.#told = new ToldOperationsWriter()
  }
}
