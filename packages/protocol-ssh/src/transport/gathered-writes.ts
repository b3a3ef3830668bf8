import type { Duplex } from 'node:stream'
import { packetBuffers } from './reused-packets'

/**
 * Hands the operating system what is written in one turn of the event loop at once. The library writes packet by
 * packet, and half of what a transfer costs is the system calls.
 */
export function gatherWrites(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...values: unknown[]) => boolean
  let isCorked = false
  const uncork = () => {
    isCorked = false
    stream.uncork()
  }
  const gathered = (...values: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true
      stream.cork()
      setImmediate(uncork)
    }
    const [chunk] = values
    // The library writes chunks and nothing else.
    if (values.length > 1 || !(chunk instanceof Uint8Array) || !packetBuffers.isLent(chunk))
      return write(...values)
    return write(chunk, (error?: Error | null) => packetBuffers.giveBack(chunk, error == null))
  }
  stream.write = gathered as Duplex['write']
}
