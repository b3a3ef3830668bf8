import type { Exchange } from '../client/exchange'
import { dialTarget } from '../upstream/dial'
import type { SessionParts } from './session-parts'

const PROBE_MILLIS = 10_000

/** Answers `OPTIONS *`: the session is open and the target can be reached. The target is asked nothing. */
export async function ping(exchange: Exchange, { target }: SessionParts): Promise<undefined> {
  const stream = await dialTarget(target, {
    millis: PROBE_MILLIS,
    protocols: ['http/1.1'],
    isKept: false,
  })
  stream.destroy()
  exchange.begin(204, [])
  exchange.end()
}
