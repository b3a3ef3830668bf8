import type { Duplex } from 'node:stream'

/** RFC 4253 section 4.2: a line is at most 255 bytes; servers may send others before theirs, the library takes 1024. */
const maxIdentificationBytes = 64 * 1024

/**
 * Hands over a peer's identification line in one chunk: the library loses a line that comes in more than two. Call
 * it before the library listens. A peer that sends no line and too much else is cut off.
 */
export function wholeIdentification(stream: Duplex): void {
  let soFar = Buffer.alloc(0)
  const emit = stream.emit.bind(stream) as (event: string, ...values: unknown[]) => boolean
  const hold = (event: string, ...values: unknown[]): boolean => {
    const [chunk] = values
    if (event !== 'data' || !(chunk instanceof Uint8Array)) return emit(event, ...values)
    soFar = Buffer.concat([soFar, chunk])
    if (hasIdentification(soFar)) {
      stream.emit = emit as Duplex['emit']
      return emit('data', soFar)
    }
    if (soFar.length > maxIdentificationBytes) stream.destroy()
    return true
  }
  stream.emit = hold as Duplex['emit']
}

function hasIdentification(bytes: Buffer): boolean {
  let start = 0
  for (;;) {
    const end = bytes.indexOf('\n', start)
    if (end < 0) return false
    if (bytes.toString('latin1', start, start + 'SSH-'.length) === 'SSH-') return true
    start = end + 1
  }
}
