import { close, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { Segment } from './segment'
import { encodeSegmentHeader, segmentPath } from './segment'

/** The segment that is being written. */
export class SegmentFile {
  readonly segment: Segment
  readonly #fd: number
  #closed = false

  constructor(folder: string, spoolId: string, firstSequence: number) {
    const path = segmentPath(folder, firstSequence)
    // A file of this name holds no record: recovery found none in it.
    this.#fd = openSync(path, 'w', 0o600)
    const header = encodeSegmentHeader({ spoolId, firstSequence })
    this.segment = { path, firstSequence, bytes: 0 }
    try {
      this.write(header, header.length)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** All or nothing: what a full disk took in part is cut off again. */
  write(bytes: Buffer, length: number): void {
    let done = 0
    try {
      while (done < length) {
        done += writeSync(this.#fd, bytes, done, length - done, this.segment.bytes + done)
      }
    } catch (error) {
      if (done > 0) ftruncateSync(this.#fd, this.segment.bytes)
      throw error
    }
    this.segment.bytes += length
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#fd, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // Not on this thread: the last to close a deleted file gives its pages back, which takes milliseconds.
    close(this.#fd, () => undefined)
  }
}
