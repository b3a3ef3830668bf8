import { Duplex } from 'node:stream'

/** Two ends of one connection in memory, with backpressure; destroying one end closes the other, as sockets do. */
export function streamPair(): [Duplex, Duplex] {
  const left = new PairedStream()
  const right = new PairedStream()
  left.peer = right
  right.peer = left
  return [left, right]
}

class PairedStream extends Duplex {
  peer: PairedStream | undefined
  bytesRead = 0
  bytesWritten = 0
  #goOn: (() => void) | undefined

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.bytesWritten += chunk.length
    this.peer?.receive(chunk, done)
  }

  override _final(done: () => void): void {
    if (this.peer && !this.peer.destroyed) this.peer.push(null)
    done()
  }

  override _read(): void {
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
    const { peer } = this
    // Data already under way arrives before the close, as with a FIN.
    if (peer && !peer.destroyed) setImmediate(() => peer.closedByPeer())
    done(error)
  }

  receive(chunk: Buffer, done: () => void): void {
    if (this.destroyed) return done()
    this.bytesRead += chunk.length
    // A copy, so that a test notices a writer that reuses its buffer no earlier than a socket would.
    if (this.push(Buffer.from(chunk))) setImmediate(done)
    else this.#goOn = done
  }

  closedByPeer(): void {
    if (this.destroyed) return
    this.push(null)
    // A socket whose peer is gone closes by itself once its data has been read, or at the next write.
    if (this.readableLength === 0) this.destroy()
    else this.once('end', () => this.destroy())
  }
}
