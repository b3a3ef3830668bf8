import { ByteWriter } from '@wardgate/wire'

/**
 * Builds what the client gets from one chunk of the target's: what stays unchanged is kept as runs of the chunk,
 * and a chunk that stays unchanged as a whole is not copied at all.
 */
export class ClientOutput {
  private source: Buffer = Buffer.alloc(0)
  private runStart = 0
  private runEnd = 0
  private changed: ByteWriter | undefined

  begin(source: Buffer): void {
    this.source = source
    this.runStart = 0
    this.runEnd = 0
    this.changed = undefined
  }

  /** Shows `source[start, end)` as it is. */
  keep(start: number, end: number): void {
    if (start !== this.runEnd) {
      this.endRun()
      this.runStart = start
    }
    this.runEnd = end
  }

  put(bytes: Uint8Array): void {
    this.writer().put(bytes)
  }

  /** For what replaces a part of the source. */
  writer(): ByteWriter {
    this.endRun()
    this.changed ??= new ByteWriter(this.source.length + 1_024)
    return this.changed
  }

  finish(): Buffer {
    const { source, runStart, runEnd } = this
    if (this.changed === undefined)
      return runStart === 0 && runEnd === source.length ? source : source.subarray(runStart, runEnd)
    this.endRun()
    return this.changed.finish()
  }

  private endRun(): void {
    if (this.runEnd > this.runStart) {
      this.changed ??= new ByteWriter(this.source.length + 1_024)
      this.changed.copy(this.source, this.runStart, this.runEnd)
    }
    this.runStart = this.runEnd
  }
}
