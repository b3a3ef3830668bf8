import { LeafPacker } from '@wardgate/audit-log'
import type { Spool } from '../audit/audit-entry'
import type { NewSegment } from '../audit/segment'
import { SegmentWriter } from '../audit/segment-writer'
import type { Chunk, Effects, Ended } from './effects'
import type { IngestedRecord, IntentEffect, OutcomeEffect } from './records/ingested-record'
import { ToldOperationsWriter } from './told-operations'

interface Begun {
  readonly effect: IntentEffect
  readonly sessionId: string
  /** Where its intent is. */
  readonly segment: number
  readonly at: number
  /** Whether its segment tells all of it: then it needs no row. */
  isTold: boolean
  end: OutcomeEffect | undefined
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
  readonly #ends: OutcomeEffect[] = []
  readonly #sessions: Ended[] = []
  readonly #chunks: Chunk[] = []
  #segment: SegmentWriter
  #told = new ToldOperationsWriter()
  /** Operations whose intent alone is in the present segment. */
  #open = 0

  constructor(
    private readonly spool: Spool,
    private readonly principals: ReadonlyMap<string, string>,
  ) {
    this.#segment = new SegmentWriter(packer, spool)
  }

  add(record: IngestedRecord): void {
    if (this.#segment.isFull || (this.#open === 0 && this.#segment.isLongEnough))
      this.#closeSegment()
    const { sessionId, effect } = record
    const principalId = sessionId === undefined ? undefined : this.principals.get(sessionId)
    const at = this.#segment.add(record, principalId)
    // An agent's word counts for its own sessions only; the entry is kept as evidence all the same.
    if (effect === undefined || sessionId === undefined || principalId === undefined) return
    switch (effect.kind) {
      case 'intent':
        this.#begin(effect, sessionId, at)
        break
      case 'outcome':
        this.#end(effect, sessionId, at)
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
    const operations = [...this.#begun.values()]
      .filter(({ isTold }) => !isTold)
      .map(({ effect, end }) => ({ operation: effect.read(), end: end?.read() }))
    return {
      segments: this.#segments,
      operations,
      counts: this.#counts,
      ends: this.#ends.map(({ read }) => read()),
      sessions: this.#sessions,
      chunks: this.#chunks,
    }
  }

  #begin(effect: IntentEffect, sessionId: string, at: number): void {
    const { id, status, isToldInFull } = effect
    if (this.#begun.has(id)) return
    this.#counts.set(sessionId, (this.#counts.get(sessionId) ?? 0) + 1)
    const isTold = isToldInFull && status === 'refused'
    if (isTold) this.#told.add(effect, status, [at, at])
    else this.#open += 1
    const segment = this.#segments.length
    this.#begun.set(id, { effect, sessionId, segment, at, isTold, end: undefined })
  }

  #end(outcome: OutcomeEffect, sessionId: string, at: number): void {
    const own = this.#begun.get(outcome.id)
    if (own?.sessionId !== sessionId) {
      this.#ends.push(outcome)
      return
    }
    if (own.isTold || own.end !== undefined) return
    const isHere = own.segment === this.#segments.length
    if (isHere) this.#open -= 1
    if (own.effect.isToldInFull && isHere) {
      this.#told.add(own.effect, outcome.status, [own.at, at])
      own.isTold = true
    } else own.end = outcome
  }

  #closeSegment(): void {
    const segment = this.#segment.finish(this.#told.finish())
    if (segment !== undefined) this.#segments.push(segment)
    this.#segment = new SegmentWriter(packer, this.spool)
    this.#told = new ToldOperationsWriter()
    this.#open = 0
  }
}
