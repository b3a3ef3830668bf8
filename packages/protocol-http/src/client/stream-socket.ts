import { SessionError } from '@wardgate/errors'
import { IncomingMessage } from 'node:http'
import { constants, type Http2ServerRequest, type ServerHttp2Stream } from 'node:http2'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Upgrade } from './exchange'

/** Any will do: over HTTP/2 nobody sends one, and nobody sees what comes of it. */
const anyKey = Buffer.alloc(16).toString('base64')

/** The stream of a CONNECT over HTTP/2 as what HTTP/1.1 would have upgraded; undefined = it opens nothing known. */
export function upgradeOf({ headers, stream }: Http2ServerRequest): Upgrade | undefined {
  // https://datatracker.ietf.org/doc/html/rfc8441#section-5
  if (headers[':protocol'] === 'websocket')
    return upgradeBy(stream, 'GET', {
      upgrade: 'websocket',
      'sec-websocket-key': anyKey,
      'sec-websocket-version': '13',
      ...protocolIn(headers['sec-websocket-protocol']),
    })
  // https://datatracker.ietf.org/doc/html/rfc9113#section-8.5
  const isTunnel = headers[':protocol'] === undefined && headers[':path'] === undefined
  return isTunnel ? upgradeBy(stream, 'CONNECT', {}) : undefined
}

function upgradeBy(
  stream: ServerHttp2Stream,
  method: 'GET' | 'CONNECT',
  headers: IncomingMessage['headers'],
): Upgrade {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, headers })
  return { request, socket: new StreamSocket(stream), head: Buffer.alloc(0) }
}

function protocolIn(value: string | string[] | undefined): IncomingMessage['headers'] {
  return typeof value === 'string' ? { 'sec-websocket-protocol': value } : {}
}

/** A stream of HTTP/2 as a socket; the answer that is written first becomes the stream's own. */
class StreamSocket extends Duplex {
  readonly #stream: ServerHttp2Stream
  #hasAnswered = false

  constructor(stream: ServerHttp2Stream) {
    super({ allowHalfOpen: true })
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.push(chunk) || stream.pause())
    stream.once('end', () => this.push(null))
    stream.once('close', () => this.destroy())
    stream.pause()
  }

  override _read(): void {
    this.#stream.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#hasAnswered) {
      this.#stream.write(chunk, done)
      return
    }
    this.#hasAnswered = true
    if (this.#stream.closed) {
      done(new SessionError('ERR_SESSION_CLIENT_GONE', 'the client left its request'))
      return
    }
    const protocol = /^Sec-WebSocket-Protocol: (.*)\r$/m.exec(chunk.toString('latin1'))?.[1]
    this.#stream.respond({ ':status': 200, ...protocolIn(protocol) })
    done()
  }

  override _final(done: () => void): void {
    this.#stream.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stream.close(constants.NGHTTP2_CANCEL)
    done(error)
  }
}
