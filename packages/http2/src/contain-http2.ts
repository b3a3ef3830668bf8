import http2, { type ClientHttp2Session, type Http2SecureServer } from 'node:http2'
import { containServer } from './contain-server'
import { containDestruction } from './contain-session'
import { outliveRequests } from './outlive-streams'

let isContained = false

/** Does so for the servers and clients that libraries make from now on: gRPC's and those of HTTP clients. */
export function containHttp2(): void {
  if (isContained) return
  isContained = true
  http2.createSecureServer = new Proxy(http2.createSecureServer, {
    apply: (create, self, how) =>
      containServer(Reflect.apply(create, self, how) as Http2SecureServer),
  })
  http2.connect = new Proxy(http2.connect, {
    apply: (connect, self, how) => {
      const session = Reflect.apply(connect, self, how) as ClientHttp2Session
      containDestruction(session)
      outliveRequests(session)
      return session
    },
  })
}
