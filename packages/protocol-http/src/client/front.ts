import { GatewayError, ProtocolError, toGatewayError } from '@wardgate/errors'
import { containServer } from '@wardgate/http2'
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import {
  createServer as createServer2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import { problemOf } from '../errors'
import { HEADER_MILLIS, MAX_CONCURRENT_STREAMS, MAX_HEADER_BYTES } from '../wire/limits'
import { MAX_AHEAD, type Arrivals } from './arrivals'
import { Exchange, type ExchangeOptions, type Upgrade } from './exchange'
import type { Tunnel } from './place'
import { upgradeOf } from './stream-socket'

/** Where the requests of a socket go. */
interface Way {
  readonly arrivals: Arrivals
  readonly tunnel: Tunnel | undefined
}

/** node's servers, which parse and frame. They listen nowhere: sockets are given to them. Shared by all engines. */
export class Front {
  readonly #http1: Server
  readonly #http2: Http2Server
  readonly #ways = new WeakMap<object, Way>()
  readonly #sessions = new WeakMap<object, ServerHttp2Session>()
  #opening: (Way & { readonly socket: Duplex }) | undefined

  constructor() {
    this.#http1 = this.#createHttp1()
    this.#http2 = this.#createHttp2()
  }

  /** A tunnel is served on the socket within it; its requests come after those of the socket around it. */
  serve(socket: Duplex, version: 1 | 2, arrivals: Arrivals, tunnel?: Tunnel): void {
    socket.once('close', () => arrivals.end())
    const way = { arrivals, tunnel }
    if (version === 1) {
      this.#ways.set(socket, way)
      this.#http1.emit('connection', socket)
      return
    }
    // No half of an HTTP/2 connection is of use; a socket that stays half open keeps its session.
    socket.allowHalfOpen = false
    // The session is made within the emit, and its requests know no other way back to their socket.
    this.#opening = { ...way, socket }
    this.#http2.emit('connection', socket)
    this.#opening = undefined
  }

  /** Ends a client's connection once it has what it was answered. Resolves when that has left. */
  end(socket: Duplex): Promise<void> {
    const session = this.#sessions.get(socket)
    return new Promise((resolve) => {
      socket.once('close', resolve)
      // HTTP/2 writes past the socket: what is still to be written would come after its end.
      if (session === undefined) socket.end(() => resolve())
      else session.close()
    })
  }

  close(): void {
    this.#http1.close()
    this.#http2.close()
  }

  #createHttp1(): Server {
    const server = createServer({
      insecureHTTPParser: false,
      // Refused by Exchange, with the reason.
      requireHostHeader: false,
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
        this.#add(
          request.socket,
          ({ tunnel }) => new Exchange(request, response, { tunnel, expectsContinue }),
        )
    server.on('request', take(false))
    const takeContinued = take(true)
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      // Node takes any value for it that has it somewhere.
      const isMet = request.headers.expect?.toLowerCase() === '100-continue'
      if (isMet) takeContinued(request, response)
      else refuseExpectation(response)
    })
    server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
      refuseExpectation(response),
    )
    const upgraded = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#add(socket, (options) => switching({ request, socket, head }, options))
    }
    server.on('upgrade', upgraded)
    server.on('connect', upgraded)
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      this.#ways.get(socket)?.arrivals.fail(unreadable(error))
    })
    // Starts the check of headersTimeout, which node ties to listening.
    server.emit('listening')
    return server
  }

  #createHttp2(): Http2Server {
    const server = containServer(
      createServer2({
        settings: {
          maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
          maxHeaderListSize: MAX_HEADER_BYTES,
          enablePush: false,
          enableConnectProtocol: true,
        },
        maxSessionInvalidFrames: 16,
      }),
    )
    server.on('session', (session: ServerHttp2Session) => {
      const way = this.#opening
      if (way === undefined) session.destroy()
      else {
        this.#ways.set(session, way)
        this.#sessions.set(way.socket, session)
      }
      session.on('error', () => undefined)
    })
    server.on('request', (request, response) => {
      const { session } = request.stream
      if (session === undefined) return
      this.#addStream(session, response, (options) => new Exchange(request, response, options))
    })
    server.on('connect', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      const { session } = request.stream
      if (session === undefined) return
      const upgrade = upgradeOf(request)
      this.#addStream(
        session,
        response,
        (options) => new Exchange(request, response, { ...options, upgrade }),
      )
    })
    server.on('sessionError', () => undefined)
    return server
  }

  /** A malformed request is the end of its stream alone: https://datatracker.ietf.org/doc/html/rfc9113#section-8.1.1 */
  #addStream(
    session: object,
    response: Http2ServerResponse,
    make: (options: ExchangeOptions) => Exchange,
  ): void {
    try {
      const way = this.#ways.get(session)
      way?.arrivals.add(make({ tunnel: way.tunnel }))
    } catch (caught) {
      const { status, headers, body } = problemOf(toGatewayError(caught))
      response.on('error', () => undefined)
      response.writeHead(status, headers)
      response.end(body)
    }
  }

  #add(key: object, make: (options: ExchangeOptions) => Exchange): void {
    const way = this.#ways.get(key)
    if (way === undefined) return
    const { arrivals, tunnel } = way
    try {
      const exchange = make({ tunnel })
      if (arrivals.length >= MAX_AHEAD)
        arrivals.fail(new ProtocolError('ERR_PROTOCOL_OVERSIZE', 'too many requests sent ahead'))
      else arrivals.add(exchange)
    } catch (caught) {
      if (!(caught instanceof GatewayError)) throw caught
      arrivals.fail(caught)
    }
  }
}

/** https://datatracker.ietf.org/doc/html/rfc9110#section-10.1.1 */
function refuseExpectation(response: ServerResponse): void {
  const message = 'the only expectation that can be met is "100-continue"'
  const nextStep = 'Send the request without Expect.'
  const error = new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', message, { nextStep })
  const { status, headers, body } = problemOf(error, { status: 417 })
  response.writeHead(status, { ...headers, connection: 'close' }).end(body)
}

function switching(upgrade: Upgrade, options: ExchangeOptions): Exchange {
  const response = new ServerResponse(upgrade.request)
  response.assignSocket(upgrade.request.socket)
  return new Exchange(upgrade.request, response, { ...options, upgrade })
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
