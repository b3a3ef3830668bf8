import { ProtocolError } from '@wardgate/errors'
import { ChunkAssembler } from '@wardgate/wire'
import { maxFrameBytes } from './codes'

/** Whole frames out of chunks: length, then so many bytes. */
export class FrameReader {
  readonly #chunks = new ChunkAssembler()

  constructor() {
    this.#chunks.keep(Buffer.alloc(0), 4)
  }

  /** The frames that are whole now, with their length in front. */
  *push(chunk: Buffer): Iterable<Buffer> {
    let bytes = this.#chunks.push(chunk)
    if (bytes === undefined) return
    for (;;) {
      if (bytes.length < 4) return this.#chunks.keep(bytes, 4)
      const length = bytes.readUInt32BE(0)
      if (length < 5 || length > maxFrameBytes) {
        const message = `an SFTP message of ${length} bytes; the limit is ${maxFrameBytes}`
        throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', message)
      }
      if (bytes.length < 4 + length) return this.#chunks.keep(bytes, 4 + length)
      yield bytes.subarray(0, 4 + length)
      bytes = bytes.subarray(4 + length)
    }
  }
}
