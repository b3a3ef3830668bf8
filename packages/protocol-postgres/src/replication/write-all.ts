import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Resolves when there is room for more; a stream that is gone takes everything. */
export async function writeAll(
  stream: Writable,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (stream.destroyed || stream.write(bytes)) return
  await once(stream, 'drain', { signal })
}
