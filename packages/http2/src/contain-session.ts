import type { Http2Session, Http2Stream } from 'node:http2'
import { outlive } from './outlive-streams'

/**
 * node reads HTTP/2 with nghttp2, which must not be asked to send while it reads: what it then frees it goes on using.
 * node asks it to when a session that is closed already gets a further request in the same bytes as the peer's
 * GOAWAY, and stops at an assertion when DATA follows what made it destroy the session. Either way a few bytes of a
 * peer that nobody knows end the process: https://github.com/nodejs/node/issues/64113 and
 * https://github.com/nodejs/node/issues/64850. Public methods of a session are where both begin.
 */

/** A session of a client: its destruction waits until nothing is being read. */
export function containDestruction(session: Http2Session): void {
  const destroy = session.destroy.bind(session)
  let isBegun = false
  session.destroy = (...how) => {
    if (isBegun) return
    isBegun = true
    setImmediate(destroy, ...how)
  }
}

/**
 * A session of a server: besides, it is never closed while it reads on. It ends with its last stream, and takes
 * requests until then, since it is the refusal of one that frees what is in use. Nobody is told of a request that
 * its client has reset already: grpc-js would answer it, and node throws where nobody catches.
 */
export function containSession(session: Http2Session): void {
  containDestruction(session)
  const emit = session.emit.bind(session) as (event: string | symbol, ...told: unknown[]) => boolean
  session.emit = (event: string | symbol, ...told: unknown[]) => {
    const [stream] = event === 'stream' ? (told as [Http2Stream?]) : []
    if (stream !== undefined) outlive(session, stream)
    // Its close follows, and tells as much.
    stream?.on('error', () => undefined)
    return stream?.destroyed === true || stream?.closed === true ? false : emit(event, ...told)
  }
  const open = new Set<Http2Stream>()
  let isClosing = false
  const endIfIdle = (): void => {
    if (isClosing && open.size === 0) session.destroy()
  }
  session.on('stream', (stream: Http2Stream) => {
    open.add(stream)
    stream.once('close', () => {
      open.delete(stream)
      endIfIdle()
    })
  })
  session.close = (whenClosed) => {
    if (whenClosed !== undefined) session.once('close', whenClosed)
    isClosing = true
    endIfIdle()
  }
}
