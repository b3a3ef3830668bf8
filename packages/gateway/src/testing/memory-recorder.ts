import { AuditError } from '@wardgate/errors'
import type { Recorder } from '../ports'
import type { Recorded } from '../protocol'

/** What the client sent and saw, as text. */
export class MemoryRecorder implements Recorder {
  readonly recorded: { readonly direction: Recorded; readonly text: string }[] = []

  /** Whether it refuses to take a chunk, as one does whose spool is full. */
  refuses: (direction: Recorded, text: string) => boolean = () => false

  /** Bytes towards the client after which it is behind, until it is given room. */
  roomBytes = Infinity
  isBehind = false
  #bytes = 0
  #asked: () => void = () => undefined
  readonly #waits: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []

  record(direction: Recorded, chunk: Uint8Array): void {
    const text = Buffer.from(chunk).toString()
    if (this.refuses(direction, text))
      throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'the recording is full')
    this.recorded.push({ direction, text })
    if (direction.startsWith('out')) this.#bytes += chunk.length
    this.isBehind = this.#bytes > this.roomBytes
  }

  room(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waits.push({ resolve, reject })
      this.#asked()
    })
  }

  /** Resolves when somebody waits for room. */
  async whenWaiting(): Promise<void> {
    if (this.waiting === 0) await new Promise<void>((resolve) => (this.#asked = resolve))
  }

  /** How many wait for room. */
  get waiting(): number {
    return this.#waits.length
  }

  giveRoom(): void {
    this.#bytes = 0
    this.isBehind = false
    for (const { resolve } of this.#waits.splice(0)) resolve()
  }

  giveNone(error: Error): void {
    for (const { reject } of this.#waits.splice(0)) reject(error)
  }

  mark(): void {
    // What was recorded is what is of interest.
  }

  end(): void {
    // It is whole as it is.
  }
}
