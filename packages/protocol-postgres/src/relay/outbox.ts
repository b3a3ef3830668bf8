import type { Writable } from 'node:stream'

/** Gathers what is written within one turn into one write: each write of a socket is a system call. */
export class Outbox {
  private readonly stream: Writable
  private pieces: Buffer[] = []

  constructor(stream: Writable) {
    this.stream = stream
  }

  write(bytes: Buffer): void {
    // A tick comes after the promises that are settled already, so a whole pipeline leaves at once.
    if (this.pieces.length === 0) process.nextTick(this.flush)
    this.pieces.push(bytes)
  }

  get isFull(): boolean {
    return this.stream.writableNeedDrain
  }

  readonly flush = (): void => {
    const { pieces } = this
    const [first] = pieces
    if (first === undefined) return
    this.pieces = []
    if (this.stream.writable) this.stream.write(pieces.length === 1 ? first : Buffer.concat(pieces))
  }
}
