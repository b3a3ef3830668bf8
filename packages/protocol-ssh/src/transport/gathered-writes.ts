import type { Duplex } from 'node:stream'

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
    return write(...values)
  }
  stream.write = gathered as Duplex['write']
}
