import { createHash, type Hash } from 'node:crypto'
import type { Permit } from '@wardgate/gateway'
import type { Settlement } from '../channels/settlement'
import type { FileRecording } from './file-recording'
import { lengthOf } from './frames'

/** What a handle may be used for: what its permits are for, whatever the target makes of other requests. */
export type Use = 'read' | 'write' | 'readdir'

/** A file or folder that is open at the target, and what its permits were used for. */
export class OpenFile {
  readonly path: string
  /** The target's own. */
  readonly handle: Buffer
  /** By which requests on the handle are passed on. */
  readonly permit: Permit
  readonly settlements: readonly Settlement[]
  readonly uses: ReadonlySet<string>
  /** Whether what is read has to be looked through; then it is read whole, once. */
  readonly isMasked: boolean
  content: Promise<Buffer> | undefined
  readonly #recording: FileRecording
  /** What went through, in order and without gaps; undefined as soon as it did not. */
  #digest: Hash | undefined = createHash('sha256')
  #nextOffset = 0n
  #bytes = 0
  maskedCells = 0

  constructor(opened: {
    readonly path: string
    readonly handle: Buffer
    readonly permits: readonly [Permit, ...Permit[]]
    readonly settlements: readonly Settlement[]
    readonly uses: readonly Use[]
    readonly isMasked: boolean
    readonly recording: FileRecording
  }) {
    this.path = opened.path
    this.handle = opened.handle
    this.permit = opened.permits[0]
    this.settlements = opened.settlements
    this.uses = new Set(opened.uses)
    this.isMasked = opened.isMasked
    this.#recording = opened.recording
    for (const settlement of opened.settlements)
      settlement.count(() => ({ bytes: this.#bytes, maskedCells: this.maskedCells }))
  }

  /** Bytes that were read (`out`) or written. */
  passed(direction: 'in' | 'out', offset: bigint, pieces: readonly Buffer[]): void {
    if (offset !== this.#nextOffset) this.#digest = undefined
    for (const piece of pieces) {
      this.#recording.passed(direction, piece)
      this.#digest?.update(piece)
    }
    const length = lengthOf(pieces)
    this.#bytes += length
    this.#nextOffset = offset + BigInt(length)
  }

  /** Settled whatever becomes of the recording; throws when that takes no more. */
  close(status: 'succeeded' | 'unknown'): void {
    const digest = this.#bytes > 0 ? this.#digest?.digest('hex') : undefined
    // A digest is told once.
    this.#digest = undefined
    const completion = digest === undefined ? {} : { completion: `sha256:${digest}` }
    for (const settlement of this.settlements) settlement.settle({ status, ...completion })
    this.#recording.closed(this.#bytes, digest)
  }
}
