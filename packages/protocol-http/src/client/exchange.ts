import { ProtocolError, SessionError } from '@wardgate/errors'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Duplex, Readable } from 'node:stream'
import type { Problem } from '../errors'
import { hasOtherCoding, readFields, valueOf, type Field } from '../wire/fields'
import { listOf, recordOf } from '../wire/node-headers'
import { Notice } from './notice'
import { watchEnd } from './watch-end'
import type { Tunnel } from './place'

type Incoming = IncomingMessage | Http2ServerRequest
type Outgoing = ServerResponse | Http2ServerResponse

/** A socket that its client wants to speak another protocol on. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

export interface ExchangeOptions {
  readonly expectsContinue?: boolean
  readonly upgrade?: Upgrade | undefined
  readonly tunnel?: Tunnel | undefined
}

/** One request of a client and the way to answer it, over HTTP/1.1 or HTTP/2. */
export class Exchange {
  readonly method: string
  /** The request target as it was sent. */
  readonly target: string
  readonly version: 1 | 2
  readonly authority: string
  readonly fields: readonly Field[]
  readonly upgrade: Upgrade | undefined
  /** Absent = it came on the listener itself. */
  readonly tunnel: Tunnel | undefined
  /** Given when the client has left before it had all of its answer. */
  readonly gone = new Notice()
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  #expectsContinue: boolean
  #isFirstPart = true
  #isTakenOver = false
  #stopWatching: () => void = () => undefined

  constructor(incoming: Incoming, outgoing: Outgoing, options: ExchangeOptions = {}) {
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.version = incoming.httpVersionMajor === 2 ? 2 : 1
    // Over HTTP/2 a WebSocket is opened by CONNECT; it asks for what GET asks for over HTTP/1.1.
    const asked = this.version === 2 ? options.upgrade?.request.method : undefined
    const isStream = asked === 'GET'
    this.method = asked ?? incoming.method ?? ''
    this.authority = authorityOf(incoming)
    this.target = asked === 'CONNECT' ? this.authority : (incoming.url ?? '')
    const fields = readFields(incoming.rawHeaders)
    this.fields = isStream ? [...fields, webSocketUpgrade] : fields
    refuseUser(this.authority)
    if (this.version === 2) refuseOtherHost(this.authority, this.fields)
    else {
      refuseNoHost(incoming, this.fields)
      refuseOtherCodings(this.fields)
    }
    this.upgrade = options.upgrade
    this.tunnel = options.tunnel
    this.#expectsContinue = options.expectsContinue === true
    incoming.on('error', ignored)
    outgoing.on('error', ignored)
    outgoing.on('close', () => outgoing.writableEnded || this.#leave())
    const { socket } = this.upgrade ?? {}
    // A CONNECT is answered at once.
    if (socket === undefined || this.method === 'CONNECT') return
    this.#stopWatching = watchEnd(socket, () => {
      this.#leave()
      socket.destroy()
    })
  }

  get hasBegun(): boolean {
    return this.#outgoing.headersSent
  }

  get isOver(): boolean {
    return this.#isTakenOver || this.#outgoing.writableEnded || this.gone.reason !== undefined
  }

  /** From now on the socket speaks another protocol; its end is the end of this exchange. */
  takeOver(): Upgrade {
    if (this.upgrade === undefined) throw new TypeError('the client asked for no other protocol')
    const { socket } = this.upgrade
    this.#isTakenOver = true
    this.#stopWatching()
    const { request } = this.upgrade
    if (this.#outgoing instanceof ServerResponse) this.#outgoing.detachSocket(request.socket)
    const gone = () => this.#leave()
    socket.once('close', gone)
    if (socket.destroyed) gone()
    return this.upgrade
  }

  #leave(): void {
    this.gone.give(new SessionError('ERR_SESSION_CLIENT_GONE', 'the client left its request'))
  }

  /** The body as it was framed; a client that waits for leave to send it gets it now. */
  body(): Readable {
    if (this.#expectsContinue && !this.hasBegun) this.#outgoing.writeContinue()
    this.#expectsContinue = false
    return this.#incoming
  }

  /** Tells a client that asked to be told, before its answer: https://datatracker.ietf.org/doc/html/rfc8297 */
  inform(headers: Readonly<Record<string, string>>): void {
    if (!this.hasBegun && !this.isOver)
      this.#outgoing.writeEarlyHints({ link: headers['link'] ?? '', ...headers })
  }

  begin(status: number, fields: readonly Field[]): void {
    // A body that nobody read would be taken for the next request.
    const isUnread = !this.#incoming.readableEnded && this.version === 1
    const shown = isUnread && hasBody(this.fields) ? [...fields, closing] : fields
    if (this.#outgoing instanceof ServerResponse) this.#outgoing.writeHead(status, listOf(shown))
    else this.#outgoing.writeHead(status, recordOf(shown))
  }

  /** Sends the head without waiting for the first part of a body. */
  flush(): void {
    // Over HTTP/2 it has left already.
    if (this.#outgoing instanceof ServerResponse) this.#outgoing.flushHeaders()
  }

  /** False = wait for `drained`. */
  write(chunk: Uint8Array): boolean {
    const outgoing = this.#outgoing as ServerResponse
    const isJoined = this.#isFirstPart && this.version === 1 && chunk.length <= MAX_JOINED_BYTES
    this.#isFirstPart = false
    // node joins text with the header section into one write; Latin-1 is every byte as it is.
    return isJoined ? outgoing.write(latin1Of(chunk), 'latin1') : outgoing.write(chunk)
  }

  onDrain(listener: () => void): void {
    this.#outgoing.on('drain', listener)
  }

  end(trailers: Readonly<Record<string, string>> = {}): void {
    if (Object.keys(trailers).length > 0) this.#outgoing.addTrailers(trailers)
    this.#outgoing.end()
  }

  /** Answers with a problem, or breaks off an answer that has begun so that nobody takes it for whole. */
  answer({ status, headers, body }: Problem, options: { readonly close?: boolean } = {}): void {
    if (this.isOver) return
    if (this.hasBegun) {
      this.breakOff()
      return
    }
    this.#stopWatching()
    const isClosing = options.close === true && this.version === 1
    this.begin(status, [
      ...Object.entries(headers).map(([name, value]) => ({ name, value })),
      { name: 'content-length', value: String(Buffer.byteLength(body)) },
      ...(isClosing ? [closing] : []),
    ])
    if (this.method === 'HEAD') this.#outgoing.end()
    else this.#outgoing.end(body)
    // Nobody reads further requests from a socket that was to speak another protocol.
    if (this.version === 1) this.upgrade?.socket.end()
  }

  breakOff(): void {
    if ('stream' in this.#outgoing) this.#outgoing.stream.close(INTERNAL_ERROR)
    else this.#outgoing.destroy()
  }
}

/** Larger parts cost more to copy than the second piece of a write does. */
const MAX_JOINED_BYTES = 4_096

function latin1Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

function ignored(): void {
  // A stream's error is followed by its close, which is what is listened to.
}

const closing: Field = { name: 'connection', value: 'close' }
const webSocketUpgrade: Field = { name: 'upgrade', value: 'websocket' }

/** https://datatracker.ietf.org/doc/html/rfc9113#section-7 */
const INTERNAL_ERROR = 2

function authorityOf(incoming: Incoming): string {
  const authority = incoming.headers[':authority']
  return (typeof authority === 'string' ? authority : incoming.headers.host) ?? ''
}

/** https://datatracker.ietf.org/doc/html/rfc9110#section-4.2.4: whom it names is read differently. */
function refuseUser(authority: string): void {
  if (!authority.includes('@')) return
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'Host or :authority names a user')
}

/** https://datatracker.ietf.org/doc/html/rfc9113#section-8.3.1: a Host that says otherwise is malformed. */
function refuseOtherHost(authority: string, fields: readonly Field[]): void {
  const host = valueOf(fields, 'host')
  if (host === undefined || host.toLowerCase() === authority.toLowerCase()) return
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'Host is not as :authority')
}

/** https://datatracker.ietf.org/doc/html/rfc9112#section-3.2 */
function refuseNoHost({ httpVersion }: Incoming, fields: readonly Field[]): void {
  if (httpVersion === '1.0' || valueOf(fields, 'host') !== undefined) return
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the request has no Host')
}

/** https://datatracker.ietf.org/doc/html/rfc9112#section-6.1: what a target would read could end elsewhere. */
function refuseOtherCodings(fields: readonly Field[]): void {
  if (!hasOtherCoding(fields)) return
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the only transfer coding is "chunked"')
}

function hasBody(fields: readonly Field[]): boolean {
  return fields.some(
    ({ name, value }) =>
      name === 'transfer-encoding' || (name === 'content-length' && value !== '0'),
  )
}
