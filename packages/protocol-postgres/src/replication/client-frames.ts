import type { Duplex } from 'node:stream'
import { fromClient } from '../wire'
import { readFrame, type Frame } from '../wire/read-frame'

/** The client's messages, one read ahead, so that its going away is noticed while something else is waited for. */
export class ClientFrames {
  private readonly stream: Duplex
  private readonly maxBytes: number
  private readonly signal: AbortSignal
  private ahead: Promise<Frame | undefined> | undefined

  constructor(stream: Duplex, maxBytes: number, signal: AbortSignal) {
    this.stream = stream
    this.maxBytes = maxBytes
    this.signal = signal
  }

  /** The next message, which stays the next; undefined = the client said goodbye or is gone. */
  peek(): Promise<Frame | undefined> {
    if (this.ahead === undefined) {
      this.ahead = this.read()
      // Whoever waits for it is told; nobody may be waiting.
      this.ahead.catch(() => undefined)
    }
    return this.ahead
  }

  drop(): void {
    this.ahead = undefined
  }

  private async read(): Promise<Frame | undefined> {
    try {
      const frame = await readFrame(this.stream, this.maxBytes, this.signal)
      return frame.code === fromClient.Terminate ? undefined : frame
    } catch (caught) {
      if (this.stream.readableEnded || this.stream.destroyed) return undefined
      throw caught
    }
  }
}
