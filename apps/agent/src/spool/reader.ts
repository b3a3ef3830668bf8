import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { type Frame, frameAt, frameHeaderBytes, maximumRecordBytes } from './frame'
import { corrupt } from './recovery'
import { segmentHeaderBytes } from './segment'
import type { FileSpool } from './spool'

/** Records in order, as they are on disk: serialised wardgate.v1.SpoolRecord messages. */
export interface Batch {
  readonly first: number
  readonly last: number
  readonly payloads: readonly Buffer[]
  readonly bytes: number
}

export interface BatchLimits {
  readonly records: number
  readonly bytes: number
}

const chunkBytes = 1 << 20

/** Reads durable records from the segment files, one batch after the other. One reader per stream. */
export class SpoolReader {
  readonly #spool: FileSpool
  #next: number
  #file: { readonly handle: FileHandle; readonly path: string } | undefined
  #isClosed = false
  /** Bytes of the open segment from `#offset` on; those before `#at` are done with. */
  #chunk: Buffer = Buffer.alloc(0)
  #offset = 0
  #at = 0

  constructor(spool: FileSpool, firstSequence: number) {
    this.#spool = spool
    this.#next = firstSequence
  }

  /** Undefined when nothing more is durable yet. Throws ERR_AUDIT_CORRUPT when a record does not verify. */
  async read(limits: BatchLimits): Promise<Batch | undefined> {
    const first = this.#next
    const payloads: Buffer[] = []
    let bytes = 0
    while (this.#next <= this.#spool.durableSequence && payloads.length < limits.records) {
      // Most records lie whole in the chunk that was read: only the disk is waited for.
      const payload = this.#chunkHead()?.payload ?? (await this.#peek())
      if (payloads.length > 0 && bytes + payload.length > limits.bytes) break
      payloads.push(payload)
      bytes += payload.length
      this.#advance(payload)
    }
    if (payloads.length === 0) return undefined
    return { first, last: this.#next - 1, payloads, bytes }
  }

  /** A read under way fails or yields nothing of use; the reader is done. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#closeFile()
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.handle.close()
  }

  #advance(payload: Buffer): void {
    this.#at += payload.length + frameHeaderBytes
    this.#next += 1
  }

  #chunkHead(): Frame | undefined {
    return frameAt(this.#chunk, this.#at, this.#next)
  }

  async #peek(): Promise<Buffer> {
    if (this.#file === undefined) await this.#openSegment()
    let frame = this.#chunkHead()
    if (frame === undefined) {
      await this.#fill(chunkBytes)
      frame = this.#chunkHead()
    }
    if (frame === undefined && this.#chunk.length === 0) {
      await this.#openSegment()
      frame = this.#chunkHead()
    }
    if (frame === undefined && this.#chunk.length === chunkBytes) {
      await this.#fill(frameHeaderBytes + maximumRecordBytes)
      frame = this.#chunkHead()
    }
    if (frame === undefined) {
      throw corrupt(this.#file?.path ?? '', `the record with sequence ${this.#next} is damaged`)
    }
    return frame.payload
  }

  /** Opens the segment that holds the next record and goes to it. */
  async #openSegment(): Promise<void> {
    await this.#closeFile()
    const segment = this.#spool.segments.findLast(
      ({ firstSequence }) => firstSequence <= this.#next,
    )
    if (segment === undefined) throw corrupt('', `no segment holds sequence ${this.#next}`)
    const handle = await open(segment.path, 'r')
    if (this.#isClosed) {
      await handle.close()
      throw new Error('the reader is closed')
    }
    this.#file = { handle, path: segment.path }
    this.#offset = segmentHeaderBytes
    this.#at = 0
    const wanted = this.#next
    this.#next = segment.firstSequence
    this.#chunk = Buffer.alloc(0)
    await this.#fill(chunkBytes)
    while (this.#next < wanted) this.#advance(await this.#peek())
  }

  async #fill(bytes: number): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    this.#offset += this.#at
    this.#at = 0
    const buffer = Buffer.allocUnsafe(bytes)
    const { bytesRead } = await file.handle.read(buffer, 0, bytes, this.#offset)
    this.#chunk = buffer.subarray(0, bytesRead)
  }
}
