import { AuditError } from '@wardgate/errors'
import type { Clock, Spool, SpoolEntry } from '@wardgate/gateway'
import { ClosedSegments } from './closed-segments'
import { writeFrame } from './frame-writer'
import type { SpoolOrigin } from './position'
import { writePosition } from './position'
import { ProtoWriter } from './proto-writer'
import type { AnyEntry, OwnEntry } from './record'
import { recoverSpool } from './recovery'
import type { Segment } from './segment'
import { SegmentFile } from './segment-file'
import { Syncer } from './syncer'
import { WriteTimes } from './write-times'

export interface SpoolOptions {
  readonly folder: string
  readonly clock: Clock
  /** Bound of all segments together. */
  readonly maxBytes: number
  /** A new segment file begins beyond this. */
  readonly segmentBytes?: number
  /** How long a record may wait for its fdatasync when nobody waits for it. */
  readonly batchMillis?: number
}

const defaultSegmentBytes = 16 << 20
const defaultBatchMillis = 100
/** Unwritten bytes beyond this are written at once. */
const maximumPendingBytes = 256 << 10
/** Share kept for outcomes, refusals and endings of what was let in before the spool was full. */
const reserveShare = 1 / 8

/**
 * The durable spool. `written` puts what was appended into the kernel, so that it survives `kill -9` of the agent;
 * `durable` adds survival of a power loss. What nobody waits for is written with the next such write or after
 * `batchMillis`.
 */
export class FileSpool implements Spool {
  readonly spoolId: string
  readonly #options: SpoolOptions
  readonly #segmentBytes: number
  readonly #pendingBytes: number
  readonly #writer = new ProtoWriter(1 << 20)
  readonly #syncer: Syncer
  readonly #closed: ClosedSegments
  readonly #created: SpoolOrigin | undefined
  readonly #durableListeners = new Set<() => void>()
  readonly #acknowledgedListeners = new Set<() => void>()
  readonly #writeTimes = new WriteTimes()
  #file: SegmentFile
  #lastSequence: number
  #writtenSequence: number
  #acknowledged: number
  #timer: NodeJS.Timeout | undefined
  #broken: AuditError | undefined
  #fullTold = false

  /** Opens or creates the spool. Throws ERR_AUDIT_CORRUPT when what is there does not verify. */
  constructor(options: SpoolOptions) {
    this.#options = options
    this.#segmentBytes =
      options.segmentBytes ?? Math.min(defaultSegmentBytes, Math.ceil(options.maxBytes / 8))
    this.#pendingBytes = Math.min(maximumPendingBytes, this.#segmentBytes / 4)
    const recovered = recoverSpool(options.folder)
    const last = recovered.nextSequence - 1
    this.spoolId = recovered.spoolId
    this.#lastSequence = last
    this.#writtenSequence = last
    this.#acknowledged = recovered.acknowledged
    for (const { sequence, millis } of recovered.written) this.#writeTimes.note(sequence, millis)
    this.#writeTimes.forgetBefore(recovered.acknowledged + 1)
    const written = recovered.segments.filter((segment) => segment.firstSequence <= last)
    this.#closed = new ClosedSegments(written)
    this.#created = recovered.created
    this.#savePosition()
    this.#file = this.#beginSegment()
    this.#syncer = new Syncer({
      folder: options.folder,
      durableSequence: last,
      prepare: () => this.#prepareSync(),
      onDurable: () => this.#tellDurable(),
    })
    if (recovered.created !== undefined)
      this.append({ kind: 'spool-created', ...recovered.created })
  }

  append(entry: SpoolEntry | OwnEntry): void {
    if (this.broken !== undefined) throw this.broken
    this.#checkRoom(entry)
    const start = this.#writer.position
    const now = this.#options.clock.now()
    this.#lastSequence += 1
    try {
      writeFrame(this.#writer, this.#lastSequence, now * 1000, entry)
      if (this.#writer.position > this.#pendingBytes) this.#write()
    } catch (cause) {
      // The entry is not in the spool, so its sequence number is free again.
      this.#writer.position = start
      this.#lastSequence -= 1
      throw asAuditError(cause)
    }
    this.#writeTimes.note(this.#lastSequence, now)
    this.#timer ??= setTimeout(
      () => this.#onTimer(),
      this.#options.batchMillis ?? defaultBatchMillis,
    )
  }

  /**
   * Writes at once what is not written yet. To gather the writes of one turn of the event loop would save system
   * calls, but a promise for every operation costs as much as its write does, and the client waits longer.
   */
  written(): Promise<void> | undefined {
    if (this.broken !== undefined) return Promise.reject(this.broken)
    try {
      this.#write()
      return undefined
    } catch (cause) {
      return Promise.reject(asAuditError(cause))
    }
  }

  async durable(): Promise<void> {
    if (this.broken !== undefined) throw this.broken
    await this.#syncer.reach(this.#lastSequence)
  }

  /** The last record that is on disk for certain: only up to here may anything be sent. */
  get durableSequence(): number {
    return this.#syncer.durableSequence
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** Unix milliseconds at which the oldest record without an acknowledgement was written; undefined = there is none. */
  get oldestUnacknowledged(): number | undefined {
    const oldest = this.#acknowledged + 1
    return oldest <= this.#lastSequence ? this.#writeTimes.of(oldest) : undefined
  }

  get bytes(): number {
    return this.#closed.bytes + this.#file.segment.bytes + this.#writer.position
  }

  /** Oldest first; the last one is still being written. */
  get segments(): readonly Segment[] {
    return [...this.#closed.all, this.#file.segment]
  }

  /** Set when the spool takes no more entries until the agent is started again. */
  get broken(): AuditError | undefined {
    return this.#broken ?? this.#syncer.failure
  }

  /** Whether an intent would be refused for lack of room. */
  get full(): boolean {
    return this.bytes >= this.#options.maxBytes * (1 - reserveShare)
  }

  /** Whether what can wait is to wait: what cannot fills the room that is left. */
  get crowded(): boolean {
    return this.bytes >= this.#options.maxBytes * (1 - 2 * reserveShare)
  }

  /** Calls back whenever the control plane holds more records; returns how to stop that. */
  onAcknowledged(listener: () => void): () => void {
    this.#acknowledgedListeners.add(listener)
    return () => this.#acknowledgedListeners.delete(listener)
  }

  /** Calls back whenever more records have become durable; returns how to stop that. */
  onDurable(listener: () => void): () => void {
    this.#durableListeners.add(listener)
    return () => this.#durableListeners.delete(listener)
  }

  /** Everything up to `sequence` is durable in the control plane; segments that hold nothing else are deleted. */
  acknowledge(sequence: number): void {
    if (sequence <= this.#acknowledged) return
    if (sequence > this.durableSequence) {
      throw new AuditError(
        'ERR_AUDIT_CORRUPT',
        'the control plane acknowledged what was never sent',
      )
    }
    this.#acknowledged = sequence
    this.#writeTimes.forgetBefore(sequence + 1)
    this.#deleteSegmentsUpTo(sequence)
    for (const listener of this.#acknowledgedListeners) listener()
  }

  /** Stops taking entries: evidence does not verify. */
  fail(error: AuditError): void {
    this.#broken ??= error
  }

  /** Makes everything durable and stops. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.broken === undefined) await this.durable()
    this.fail(new AuditError('ERR_AUDIT_UNAVAILABLE', 'the spool is closed'))
    this.#savePosition()
    this.#file.close()
  }

  #deleteSegmentsUpTo(sequence: number): void {
    const done = this.#closed.upTo(sequence, this.#file.segment)
    if (done.length === 0) return
    // First the position: with the files gone it alone tells that the numbers are used up.
    this.#savePosition()
    this.#closed.delete(done)
    if (!this.full) this.#fullTold = false
  }

  #checkRoom(entry: AnyEntry): void {
    const mayUseReserve = entry.kind !== 'intent' && entry.kind !== 'recording'
    const full = mayUseReserve ? this.bytes >= this.#options.maxBytes : this.full
    if (!full) return
    if (!mayUseReserve && !this.#fullTold) {
      this.#fullTold = true
      this.append({ kind: 'agent-life', event: 'spool-full', detail: '' })
    }
    throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'the audit spool of the agent is full')
  }

  #write(): void {
    const { buffer, position } = this.#writer
    if (position === 0) return
    if (this.#file.segment.bytes >= this.#segmentBytes) this.#rotate()
    this.#file.write(buffer, position)
    this.#writer.position = 0
    this.#writtenSequence = this.#lastSequence
  }

  #rotate(): void {
    const former = this.#file
    this.#file = this.#beginSegment()
    this.#closed.add(former.segment)
    this.#syncer.retire(former)
  }

  #beginSegment(): SegmentFile {
    return new SegmentFile(this.#options.folder, this.spoolId, this.#writtenSequence + 1)
  }

  #prepareSync(): { file: SegmentFile; sequence: number } {
    this.#write()
    return { file: this.#file, sequence: this.#writtenSequence }
  }

  #onTimer(): void {
    this.#timer = undefined
    // A failure shows in `broken` and refuses the next append.
    if (this.broken === undefined) this.durable().catch(() => undefined)
  }

  #tellDurable(): void {
    for (const listener of this.#durableListeners) listener()
  }

  #savePosition(): void {
    writePosition(this.#options.folder, {
      spoolId: this.spoolId,
      acknowledged: this.#acknowledged,
      created: this.#created,
    })
  }
}

function asAuditError(cause: unknown): AuditError {
  if (cause instanceof AuditError) return cause
  return new AuditError('ERR_AUDIT_UNAVAILABLE', 'the spool cannot be written', { cause })
}
