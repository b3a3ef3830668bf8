import { AuditError } from '@wardgate/errors'
import type { Recorder } from '../ports'
import type { Recorded } from '../protocol'

/** What the client sent and saw, as text. */
export class MemoryRecorder implements Recorder {
  readonly recorded: { readonly direction: Recorded; readonly text: string }[] = []

  /** Whether it refuses to take a chunk, as one does whose spool is full. */
  refuses: (direction: Recorded, text: string) => boolean = () => false

  record(direction: Recorded, chunk: Uint8Array): void {
    const text = Buffer.from(chunk).toString()
    if (this.refuses(direction, text))
      throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'the recording is full')
    this.recorded.push({ direction, text })
  }

  mark(): void {
    // What was recorded is what is of interest.
  }

  end(): void {
    // It is whole as it is.
  }
}
