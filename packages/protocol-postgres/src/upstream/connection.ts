import type { TargetEndpoint } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'

/** A target's session, authenticated and idle. */
export interface UpstreamConnection {
  readonly stream: Duplex
  /** What was dialled: the stream itself, or what TLS runs on. */
  readonly dialled: Duplex
  readonly endpoint: TargetEndpoint
  /** What the target reported of itself, by name, in its own spelling. */
  readonly parameters: Map<string, string>
  /** Process id and secret: opens the way to cancel what runs here. */
  readonly key: Buffer
  /** As the target resolves it, raw: `"$user", public`. */
  readonly searchPath: string
}
