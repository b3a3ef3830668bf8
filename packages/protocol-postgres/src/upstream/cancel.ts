import type { Target } from '@wardgate/gateway'
import { once } from 'node:events'
import type { PostgresSettings } from '../settings'
import { cancelRequest } from '../wire'
import type { UpstreamConnection } from './connection'
import { openStream } from './connect'

const CANCEL_MILLIS = 5_000

/** Asks the target to stop what runs on this connection, with the target's own key. Best effort: it never throws. */
export async function cancelUpstream(
  connection: UpstreamConnection,
  target: Target,
  settings: PostgresSettings,
): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MILLIS)
  try {
    const { stream } = await openStream(connection.endpoint, { target, settings }, signal)
    stream.resume()
    stream.end(cancelRequest(connection.key))
    await once(stream, 'close', { signal }).finally(() => stream.destroy())
  } catch {
    // The target ends the statement by itself or the session's own time-out does.
  }
}
