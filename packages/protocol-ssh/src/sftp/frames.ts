import { ProtocolError } from '@wardgate/errors'
import { ChunkAssembler } from '@wardgate/wire'
import { maxFrameBytes } from './codes'

/** What stands before the content of a READ's answer and of a WRITE, a handle of the longest kind included. */
const headBytes = 512

/**
 * One whole message, its length in front, in the pieces that it came in: content that is passed on is not copied. The
 * first piece has at least the fields before the content.
 */
export class Frame {
  readonly pieces: readonly [Buffer, ...Buffer[]]

  constructor(pieces: readonly Buffer[]) {
    const [first, ...others] = pieces
    const isSplit = first === undefined || (others.length > 0 && first.length < headBytes)
    this.pieces = isSplit ? [Buffer.concat(pieces)] : [first, ...others]
  }

  get head(): Buffer {
    return this.pieces[0]
  }

  get length(): number {
    return lengthOf(this.pieces)
  }

  /** Copies, when there is more than one piece. */
  whole(): Buffer {
    return this.pieces.length === 1 ? this.head : Buffer.concat(this.pieces)
  }

  /** Everything from there on, which lies in the first piece. */
  from(start: number): readonly Buffer[] {
    const [head, ...others] = this.pieces
    return [head.subarray(start), ...others]
  }
}

/** Whole frames out of chunks: length, then so many bytes. */
export class FrameReader {
  readonly #chunks = new ChunkAssembler()

  constructor() {
    this.#chunks.keep(Buffer.alloc(0), 4)
  }

  /** The frames that are whole now. */
  *push(chunk: Buffer): Iterable<Frame> {
    let pieces = this.#chunks.pushPiece(chunk)
    if (pieces === undefined) return
    for (;;) {
      const there = lengthOf(pieces)
      if (there < 4) return this.#keep(pieces, 4)
      const length = firstField(pieces)
      if (length < 5 || length > maxFrameBytes) {
        const message = `an SFTP message of ${length} bytes; the limit is ${maxFrameBytes}`
        throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', message)
      }
      if (there < 4 + length) return this.#keep(pieces, 4 + length)
      const [frame, rest] = cut(pieces, 4 + length)
      yield new Frame(frame)
      pieces = rest
    }
  }

  #keep(pieces: readonly Buffer[], wanted: number): void {
    for (const piece of pieces) this.#chunks.keep(piece, wanted)
    if (pieces.length === 0) this.#chunks.keep(Buffer.alloc(0), wanted)
  }
}

export function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/** Of four bytes, wherever they lie. */
function firstField(pieces: readonly Buffer[]): number {
  const [first] = pieces
  if (first !== undefined && first.length >= 4) return first.readUInt32BE(0)
  return Buffer.concat(pieces.map((piece) => piece.subarray(0, 4))).readUInt32BE(0)
}

/** What comes before a length, and what comes after it. */
function cut(pieces: readonly Buffer[], length: number): [Buffer[], Buffer[]] {
  const [before, after]: [Buffer[], Buffer[]] = [[], []]
  let left = length
  for (const piece of pieces) {
    if (left > 0) before.push(piece.subarray(0, left))
    if (piece.length > left) after.push(piece.subarray(left))
    left = Math.max(0, left - piece.length)
  }
  return [before, after]
}
