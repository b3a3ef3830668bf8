import type { Duplex } from 'node:stream'
import type { Server } from 'ssh2'
import { gatherWrites } from './gathered-writes'
import { wholeIdentification } from './whole-identification'

/** Serves one stream. Any duplex stream will do: of a socket the library asks its address alone, and does without. */
export function inject(server: Server, stream: Duplex): void {
  wholeIdentification(stream)
  gatherWrites(stream)
  const accepting = server as unknown as { injectSocket(stream: Duplex): void }
  accepting.injectSocket(stream)
}
