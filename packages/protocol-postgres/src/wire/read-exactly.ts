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
  if (size === 0) return Buffer.alloc(0)
  for (;;) {
    signal.throwIfAborted()
    // Asking for more than there is at the end of a stream yields the remainder.
    const bytes = stream.read(size) as Buffer | null
    if (bytes?.length === size) return bytes
    if (bytes !== null || stream.readableEnded || stream.destroyed || stream.errored !== null)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the connection ended within a message')
    await readable(stream, signal)
  }
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
