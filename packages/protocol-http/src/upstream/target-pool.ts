import type { Duplex } from 'node:stream'
import { Pool } from 'undici'
import { Chatter, type Counted } from './chatter'

/** Connections to one target, and what it says on those over HTTP/2 beyond answers. */
export class TargetPool extends Pool {
  readonly chatter = new Chatter()

  connected(stream: Duplex): void {
    if (isCounted(stream) && 'alpnProtocol' in stream && stream.alpnProtocol === 'h2')
      this.chatter.watch(stream)
  }
}

function isCounted(stream: Duplex): stream is Duplex & Counted {
  return 'bytesRead' in stream && 'bytesWritten' in stream
}
