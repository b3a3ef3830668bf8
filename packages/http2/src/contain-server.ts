import type { Http2SecureServer, Http2Server } from 'node:http2'
import { containSession } from './contain-session'

/** Keeps what peers send from ending the process. Call it before the server has its first session. */
export function containServer<S extends Http2Server | Http2SecureServer>(server: S): S {
  server.prependListener('session', containSession)
  return server
}
