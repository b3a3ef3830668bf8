/**
 * Joins chunks until a frame is whole. A frame that spans many chunks is copied once, when its last byte is
 * there, so that dripped bytes cost no quadratic copying. The owner checks the length before it asks for it.
 */
export class ChunkAssembler {
  private chunks: Buffer[] = []
  private size = 0
  private wanted = 0

  /** How many bytes are kept. */
  get length(): number {
    return this.size
  }

  /** Everything kept plus `chunk` as one buffer, or undefined while fewer bytes than asked for are there. */
  push(chunk: Buffer): Buffer | undefined {
    if (this.size === 0 && chunk.length >= this.wanted) {
      this.wanted = 0
      return chunk
    }
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.size < this.wanted) return undefined
    const whole = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks, this.size)
    this.chunks = []
    this.size = 0
    this.wanted = 0
    return whole
  }

  /** Keeps the unread rest; nothing is handed out again before `wanted` bytes are there. */
  keep(rest: Buffer, wanted: number): void {
    this.wanted = wanted
    if (rest.length === 0) return
    this.chunks.push(rest)
    this.size += rest.length
  }
}
