import { encodeEntryAround, entryTime, type LeafPacker } from '@wardgate/audit-log'
import type { Spool, SpoolEntry } from './audit-entry'
import {
  largestSegment,
  longEnoughSegment,
  longestSegment,
  type NewSegment,
  type ToldOperations,
} from './segment'

/** Writes consecutive records of one spool as one segment. What cannot be encoded throws, and nothing is kept of it. */
export class SegmentWriter {
  readonly #kinds = new Set<string>()
  readonly #sessionIds = new Set<string>()
  readonly #principalIds = new Set<string>()
  #earliest = '~'
  #latest = ''
  #firstSequence: number | undefined

  /** The packer is this writer's until the segment is finished. */
  constructor(
    private readonly packer: LeafPacker,
    private readonly spool: Spool,
  ) {
    packer.clear()
  }

  get isFull(): boolean {
    return this.packer.count === longestSegment || this.packer.bytes > largestSegment
  }

  /** Whether it may end here, should nothing have to stay together. */
  get isLongEnough(): boolean {
    return this.packer.count >= longEnoughSegment
  }

  /** Answers the entry's place in the segment. */
  add(entry: SpoolEntry, principalId: string | undefined): number {
    const { kind, sessionId, operationId, sequence } = entry
    const { agentId, spoolId } = this.spool
    const time = entryTime(entry.timeMicros)
    this.packer.add(
      encodeEntryAround(entry.body, {
        version: 1,
        kind,
        time,
        principalId,
        sessionId,
        operationId,
        agentId,
        spoolId,
        sequence,
      }),
    )
    this.#firstSequence ??= sequence
    this.#kinds.add(kind)
    if (sessionId !== undefined) this.#sessionIds.add(sessionId)
    if (principalId !== undefined) this.#principalIds.add(principalId)
    if (time < this.#earliest) this.#earliest = time
    if (time > this.#latest) this.#latest = time
    return this.packer.count - 1
  }

  /** Undefined = nothing was added. */
  finish(operations: ToldOperations): NewSegment | undefined {
    const firstSequence = this.#firstSequence
    if (firstSequence === undefined) return undefined
    const search = {
      kinds: [...this.#kinds],
      sessionIds: [...this.#sessionIds],
      principalIds: [...this.#principalIds],
      earliest: this.#earliest,
      latest: this.#latest,
    }
    return { ...this.spool, firstSequence, packed: this.packer.take(), search, operations }
  }
}
