import type { Client, Connection } from 'ssh2'
import { inside, type PacketCipher } from './inside'
import { fillPacket, PacketBuffers, packetLengths } from './packet-buffers'

/** Node has memory of its own for what is smaller. */
const leastPayloadBytes = 4 * 1024

/** One for all connections. */
export const packetBuffers = new PacketBuffers()

/**
 * Has a connection's large packets written into memory that is used again. Its stream has to give that memory back:
 * `gatherWrites` does.
 */
export function reusePackets(connection: Connection | Client): void {
  const protocol = inside(connection)
  const { write } = protocol._packetRW
  const alloc = write.alloc.bind(write)
  const tails = new WeakMap<PacketCipher, number>()
  write.alloc = (size, duringKeyExchange) => {
    if (size < leastPayloadBytes || protocol._kexinit !== undefined)
      return alloc(size, duringKeyExchange)
    const cipher = protocol._cipher
    const tail = tails.get(cipher) ?? tailOf(cipher)
    tails.set(cipher, tail)
    const packet = tail < 0 ? undefined : packetBuffers.take(4 + packetLengths(size).packet + tail)
    return packet === undefined ? alloc(size, duringKeyExchange) : fillPacket(packet, size)
  }
}

/** What the cipher puts behind a packet; below 0 when its packets are not laid out as ours are. */
function tailOf(cipher: PacketCipher): number {
  const empty = cipher.allocPacket(0)
  const { packet, padding } = packetLengths(0)
  const isLikeOurs = empty.readUInt32BE(0) === packet && empty.readUInt8(4) === padding
  return isLikeOurs ? empty.length - 4 - packet : -1
}
