import type { ClientHttp2Session, Http2Session, Http2Stream } from 'node:http2'

/**
 * node takes a session and its streams apart in the order in which they are collected. It stops at an assertion
 * (`current_nghttp2_memory_ == 0`) when a session goes before a stream that has a part of a header, as of an answer whose
 * header never ended: https://github.com/nodejs/node/issues/39951 says what is counted. What stands behind a session
 * is therefore kept until what stands behind each of its streams is gone.
 */
const behindStreams = new FinalizationRegistry<object>(() => undefined)

/** Of a session of a client: before its first request. */
export function outliveRequests(session: ClientHttp2Session): void {
  const request = session.request.bind(session)
  session.request = (...what) => {
    const stream = request(...what)
    if (stream.pending) stream.once('ready', () => outlive(session, stream))
    else outlive(session, stream)
    return stream
  }
}

export function outlive(session: Http2Session, stream: Http2Stream): void {
  const [ofSession, ofStream] = [handleOf(session), handleOf(stream)]
  if (ofSession !== undefined && ofStream !== undefined) behindStreams.register(ofStream, ofSession)
}

/** Of node's own, the same for sessions and streams. */
let kHandle: symbol | undefined

/** What node made in C++ for it; undefined = it has none (any more), or this node calls it otherwise. */
export function handleOf(of: Http2Session | Http2Stream): object | undefined {
  kHandle ??= Object.getOwnPropertySymbols(of).find(({ description }) => description === 'kHandle')
  const handle: unknown = kHandle === undefined ? undefined : Reflect.get(of, kHandle)
  return typeof handle === 'object' && handle !== null ? handle : undefined
}
