import { randomFillSync } from 'node:crypto'

/** A packet of the library's own size with its lengths, padding and tag (RFC 4253 section 6). */
const bufferBytes = 36 * 1024
/** Kept for what comes next, by all connections together; more than that is left to the collector. */
const mostFree = 128

/**
 * Memory for packets that go out, used again when a packet has been written. Fresh memory for each would make V8
 * collect everything over and over during a transfer: what lies outside of its heap counts as pressure on it.
 */
export class PacketBuffers {
  readonly #free: Buffer[] = []
  readonly #lent = new Map<ArrayBufferLike, Buffer>()

  /** Undefined = larger than any that is kept. */
  take(bytes: number): Buffer | undefined {
    if (bytes > bufferBytes) return undefined
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
    this.#lent.set(buffer.buffer, buffer)
    return buffer.subarray(0, bytes)
  }

  /** Whether a chunk lies in memory that was lent. */
  isLent(chunk: Uint8Array): boolean {
    return this.#lent.has(chunk.buffer)
  }

  /** `isWritten`: only then does nobody read the memory any more; otherwise it is left to the collector. */
  giveBack(chunk: Uint8Array, isWritten: boolean): void {
    const buffer = this.#lent.get(chunk.buffer)
    this.#lent.delete(chunk.buffer)
    if (buffer !== undefined && isWritten && this.#free.length < mostFree) this.#free.push(buffer)
  }
}

/** The lengths of a packet: its own, without the field that tells it, is a multiple of the block with what we offer. */
export function packetLengths(payloadBytes: number): { packet: number; padding: number } {
  const [block, leastPadding] = [16, 4]
  const rest = block - ((1 + payloadBytes) % block)
  const padding = rest < leastPadding ? rest + block : rest
  return { packet: 1 + payloadBytes + padding, padding }
}

/** Fills in what stands before and behind the payload. */
export function fillPacket(packet: Buffer, payloadBytes: number): Buffer {
  const lengths = packetLengths(payloadBytes)
  packet.writeUInt32BE(lengths.packet, 0)
  packet.writeUInt8(lengths.padding, 4)
  packet.set(randomBytes(lengths.padding), 5 + payloadBytes)
  return packet
}

const random = Buffer.allocUnsafeSlow(4096)
let randomAt = random.length

/** Asking the system for a handful each time costs more than to encrypt a packet takes. */
function randomBytes(count: number): Buffer {
  if (randomAt + count > random.length) {
    randomFillSync(random)
    randomAt = 0
  }
  randomAt += count
  return random.subarray(randomAt - count, randomAt)
}
