import { GatewayError, ProtocolError } from '@wardgate/errors'
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import {
  createServer as createServer2,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import { HEADER_MILLIS, MAX_CONCURRENT_STREAMS, MAX_HEADER_BYTES } from '../wire/limits'
import { MAX_AHEAD, type Arrivals } from './arrivals'
import { Exchange, type Upgrade } from './exchange'

/** node's servers, which parse and frame. They listen nowhere: sockets are given to them. Shared by all engines. */
export class Front {
  readonly #http1: Server
  readonly #http2: Http2Server
  readonly #arrivals = new WeakMap<object, Arrivals>()
  #opening: Arrivals | undefined

  constructor() {
    this.#http1 = this.#createHttp1()
    this.#http2 = this.#createHttp2()
  }

  serve(socket: Duplex, version: 1 | 2, arrivals: Arrivals): void {
    socket.once('close', () => arrivals.end())
    if (version === 1) {
      this.#arrivals.set(socket, arrivals)
      this.#http1.emit('connection', socket)
      return
    }
    // The session is made within the emit, and its requests know no other way back to their socket.
    this.#opening = arrivals
    this.#http2.emit('connection', socket)
    this.#opening = undefined
  }

  close(): void {
    this.#http1.close()
    this.#http2.close()
  }

  #createHttp1(): Server {
    const server = createServer({
      insecureHTTPParser: false,
      requireHostHeader: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADER_MILLIS,
      // Bodies and idle connections have clocks of their own.
      requestTimeout: 0,
      keepAliveTimeout: 0,
      noDelay: true,
    })
    server.maxHeadersCount = 0
    const take =
      (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) =>
        this.#add(request.socket, () => new Exchange(request, response, { expectsContinue }))
    server.on('request', take(false))
    server.on('checkContinue', take(true))
    server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(417, { connection: 'close' }).end()
    })
    const upgraded = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#add(socket, () => switching({ request, socket, head }))
    }
    server.on('upgrade', upgraded)
    server.on('connect', upgraded)
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      this.#arrivals.get(socket)?.fail(unreadable(error))
    })
    // Starts the check of headersTimeout, which node ties to listening.
    server.emit('listening')
    return server
  }

  #createHttp2(): Http2Server {
    const server = createServer2({
      settings: {
        maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
        maxHeaderListSize: MAX_HEADER_BYTES,
        enablePush: false,
        enableConnectProtocol: false,
      },
      maxSessionInvalidFrames: 16,
    })
    server.on('session', (session: ServerHttp2Session) => {
      const arrivals = this.#opening
      if (arrivals === undefined) session.destroy()
      else this.#arrivals.set(session, arrivals)
      session.on('error', () => undefined)
    })
    server.on('request', (request, response) => {
      const { session } = request.stream
      if (session === undefined) return
      this.#add(session, () => new Exchange(request, response))
    })
    server.on('sessionError', () => undefined)
    return server
  }

  #add(key: object, make: () => Exchange): void {
    const arrivals = this.#arrivals.get(key)
    if (arrivals === undefined) return
    try {
      const exchange = make()
      if (exchange.version === 1 && arrivals.length >= MAX_AHEAD)
        arrivals.fail(new ProtocolError('ERR_PROTOCOL_OVERSIZE', 'too many requests sent ahead'))
      else arrivals.add(exchange)
    } catch (caught) {
      if (!(caught instanceof GatewayError)) throw caught
      arrivals.fail(caught)
    }
  }
}

function switching(upgrade: Upgrade): Exchange {
  const response = new ServerResponse(upgrade.request)
  response.assignSocket(upgrade.request.socket)
  return new Exchange(upgrade.request, response, { upgrade })
}

function unreadable(error: NodeJS.ErrnoException): ProtocolError {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new ProtocolError(
      'ERR_PROTOCOL_OVERSIZE',
      `the header section exceeds ${MAX_HEADER_BYTES} bytes`,
    )
  const why = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'it came too slowly' : error.message
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the request cannot be read: ${why}`, {
    cause: error,
  })
}
