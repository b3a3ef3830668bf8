/** Chunks below this size are copied together: each one kept by itself costs far more than its bytes. */
const SMALL_BYTES = 1_024
const GATHERED_BYTES = 16 * 1_024

/**
 * Joins chunks until a frame is whole. A frame that spans many chunks is copied once, when its last byte is
 * there, so that dripped bytes cost no quadratic copying. The owner checks the length before it asks for it.
 */
export class ChunkAssembler {
  private chunks: Buffer[] = []
  /** Small chunks, the first `gatheredSize` bytes; always behind all of `chunks`. */
  private gathered: Buffer | undefined
  private gatheredSize = 0
  private size = 0
  private wanted = 0

  /** How many bytes are kept. */
  get length(): number {
    return this.size
  }

  /** Everything kept plus `chunk` as one buffer, or undefined while fewer bytes than asked for are there. */
  push(chunk: Buffer): Buffer | undefined {
    const pieces = this.pushPiece(chunk)
    const [first] = pieces ?? []
    return pieces === undefined || pieces.length === 1 ? first : Buffer.concat(pieces)
  }

  /** The same in pieces, in order and not copied. */
  pushPiece(chunk: Buffer): Buffer[] | undefined {
    if (this.size === 0 && chunk.length >= this.wanted) {
      this.wanted = 0
      return [chunk]
    }
    this.add(chunk)
    if (this.size < this.wanted) return undefined
    this.endGathered()
    const pieces = this.chunks
    this.chunks = []
    this.size = 0
    this.wanted = 0
    return pieces
  }

  /** Keeps the unread rest; nothing is handed out again before `wanted` bytes are there. */
  keep(rest: Buffer, wanted: number): void {
    this.wanted = wanted
    if (rest.length > 0) this.add(rest)
  }

  private add(chunk: Buffer): void {
    this.size += chunk.length
    const isFirst = this.chunks.length === 0 && this.gathered === undefined
    if (isFirst || chunk.length >= SMALL_BYTES) {
      this.endGathered()
      this.chunks.push(chunk)
      return
    }
    if (this.gatheredSize + chunk.length > GATHERED_BYTES) this.endGathered()
    this.gathered ??= Buffer.allocUnsafe(GATHERED_BYTES)
    this.gatheredSize += chunk.copy(this.gathered, this.gatheredSize)
  }

  private endGathered(): void {
    if (this.gathered === undefined) return
    this.chunks.push(this.gathered.subarray(0, this.gatheredSize))
    this.gathered = undefined
    this.gatheredSize = 0
  }
}
