import type { Readable } from 'node:stream'

type Reason = 'client' | 'recording'

/** Nothing is read from a stream for as long as there is a reason not to. */
export class Pauses {
  private readonly stream: Readable
  private readonly reasons = new Set<Reason>()

  constructor(stream: Readable) {
    this.stream = stream
  }

  /** False when that reason holds already. */
  begin(reason: Reason): boolean {
    if (this.reasons.has(reason)) return false
    this.reasons.add(reason)
    this.stream.pause()
    return true
  }

  end(reason: Reason): void {
    if (this.reasons.delete(reason) && this.reasons.size === 0) this.stream.resume()
  }

  /** The stream is somebody else's from now on. */
  forget(): void {
    this.reasons.clear()
  }
}
