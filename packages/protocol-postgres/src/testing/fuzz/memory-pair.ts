import { Duplex } from 'node:stream'

/** Two ends of one connection in memory, with backpressure and without waits: for runs of a million streams. */
export function memoryPair(): [MemoryStream, MemoryStream] {
  const left = new MemoryStream()
  const right = new MemoryStream()
  left.peer = right
  right.peer = left
  return [left, right]
}

export class MemoryStream extends Duplex {
  peer: MemoryStream | undefined
  /** What becomes of the bytes on their way to the peer. */
  tamper: ((chunk: Buffer) => Buffer) | undefined
  private goOn: (() => void) | undefined

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { peer } = this
    if (peer === undefined || peer.destroyed) done()
    else if (peer.push(this.tamper?.(chunk) ?? chunk)) done()
    else peer.goOn = done
  }

  override _final(done: () => void): void {
    if (this.peer?.destroyed === false) this.peer.push(null)
    done()
  }

  override _read(): void {
    const { goOn } = this
    this.goOn = undefined
    goOn?.()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this._read()
    process.nextTick(() => this.peer?.closedByPeer())
    done(error)
  }

  private closedByPeer(): void {
    if (this.destroyed) return
    if (!this.readableEnded) this.push(null)
    if (this.readableLength === 0) this.destroy()
    else this.once('end', () => this.destroy())
  }
}
