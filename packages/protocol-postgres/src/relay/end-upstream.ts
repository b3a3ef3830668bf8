import type { UpstreamConnection } from '../upstream/connection'
import { terminate } from '../wire'
import { FAREWELL_MILLIS } from './limits'

/** Says goodbye, so that the target does not log a lost client. */
export function endUpstream({ stream }: UpstreamConnection): void {
  if (stream.writable) stream.end(terminate)
  stream.resume()
  const giveUp = setTimeout(() => stream.destroy(), FAREWELL_MILLIS).unref()
  stream.once('close', () => clearTimeout(giveUp))
}
