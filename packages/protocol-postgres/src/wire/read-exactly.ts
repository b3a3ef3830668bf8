import { ProtocolError } from '@wardgate/errors'
import type { Readable } from 'node:stream'

/**
 * Takes exactly `size` bytes from a paused stream and leaves the rest in it, so that a later owner (TLS, the
 * relay) reads on from there. The caller has checked `size` against a limit.
 */
export async function readExactly(
  stream: Readable,
  size: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let missing = size; missing > 0;) {
    signal.throwIfAborted()
    // Only what is there is taken: a stream with bytes left in it says at once that it is readable, for ever.
    const bytes = stream.read(Math.min(missing, stream.readableLength)) as Buffer | null
    if (bytes !== null && bytes.length > 0) {
      parts.push(bytes)
      missing -= bytes.length
    } else if (stream.readableEnded || stream.destroyed || stream.errored !== null) {
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the connection ended within a message')
    } else await readable(stream, signal)
  }
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts, size)
}

function readable(stream: Readable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      stream.off('readable', onEvent).off('end', onEvent).off('close', onEvent)
      stream.off('error', onEvent)
      signal.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error('aborted'))
    }
    const onEvent = () => settle()
    const onAbort = () => settle(signal.reason)
    stream.on('readable', onEvent).on('end', onEvent).on('close', onEvent).on('error', onEvent)
    signal.addEventListener('abort', onAbort)
  })
}
