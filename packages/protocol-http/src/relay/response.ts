import { SessionError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Outcome, Permit } from '@wardgate/gateway'
import type { EchoMasker } from '../echo/echo-masker'
import { problemOf } from '../errors'
import type { ResponseListener, Sending } from '../upstream/send'
import { valueOf, type Field } from '../wire/fields'
import { isDroppedFromResponse } from '../wire/header-names'
import { MessagePipe } from '../mcp/message-pipe'
import { essenceOf } from '../wire/media-type'
import { encoderFor } from '../wire/codings'
import { answerProblem, recordedHead } from './answer-problem'
import { bodyPipe, isRewritten, withoutEcho } from './body-pipe'
import type { BodyPipe, BodySink } from './pipe'
import type { PermittedRequest } from './decide-request'
import { outletTo, type Outlet } from './outlet'
import { shownHeaders } from './response-headers'
import {
  echoStreamOf,
  endsSession,
  ofTheTarget,
  refuseOtherCodings,
  isBodiless,
  messagesIn,
  refusePart,
  typeOfNothing,
} from './response-rules'

/** For which the head of a stream of events waits for the first one: until then it can still be refused with its reason. */
const EVENTS_HEAD_MILLIS = 1_000

/** One permitted request from its forward to its outcome: shows the client the masked answer, settles once. */
export class ResponseRelay implements ResponseListener, BodySink {
  /** Resolves when nothing more comes; with the error when the target is lost. */
  readonly over: Promise<GatewayError | undefined>
  /** What the request carried for the target is hidden in what comes back. */
  echo: EchoMasker | undefined
  /** 0 = the target has not answered. */
  status = 0
  readonly #request: PermittedRequest
  #finish: (error: GatewayError | undefined) => void = () => undefined
  #sending: Sending | undefined
  #untyped: readonly Field[] | undefined
  #pipe: BodyPipe | undefined
  #outlet: Outlet | undefined
  #masker: ReturnType<Permit['body']> | undefined
  #start: (() => void) | undefined
  #headTimer: NodeJS.Timeout | undefined
  #headerCells = 0
  #bytes = 0
  #trailers: Readonly<Record<string, string>> = {}
  #isSettled = false

  constructor(request: PermittedRequest) {
    this.#request = request
    this.over = new Promise((resolve) => (this.#finish = resolve))
  }

  attach(sending: Sending): void {
    this.#sending = sending
    this.#request.exchange.gone.listen(this.#clientGone)
  }

  begun(status: number, fields: readonly Field[]): void {
    this.status = status
    refuseOtherCodings(fields)
    const hasBody = this.#request.exchange.method !== 'HEAD' && !isBodiless(status, fields)
    // Without a type it may be a body that never comes: chunked, and empty.
    if (hasBody && valueOf(fields, 'content-type') === undefined) this.#untyped = fields
    else this.#begin(fields, hasBody)
  }

  #begin(fields: readonly Field[], hasBody: boolean): void {
    const { exchange, permit, visit, operation } = this.#request
    const { status } = this
    this.#untyped = undefined
    const messages = hasBody ? messagesIn(status, fields, this.#request.messages) : undefined
    const mediaType = valueOf(fields, 'content-type') ?? ''
    const masker = permit.body(hasBody ? mediaType : typeOfNothing)
    if (masker.active && hasBody) refusePart(status)
    const contentEncoding = valueOf(fields, 'content-encoding')
    const echo = hasBody ? echoStreamOf(this.echo, status, fields) : undefined
    const isAnew =
      hasBody && messages === undefined && isRewritten({ masker, echo, contentEncoding })
    const { scheme, authority, path } = operation
    const { headers: masked, maskedCells } = shownHeaders(fields, {
      permit,
      settings: visit.settings,
      where: { scheme, authority, prefix: visit.prefix },
      requestPath: path,
      isMasked: masker.active || messages !== undefined || isAnew,
      echo: this.echo,
    })
    const shown = this.#request.showHeaders?.(masked) ?? masked
    this.#headerCells = maskedCells
    this.#masker = masker
    const goOn = () => this.#sending?.resume()
    this.#pipe =
      messages === undefined
        ? bodyPipe({ masker, echo, contentEncoding, sink: this, goOn })
        : withoutEcho(
            new MessagePipe({
              masker,
              mediaType: essenceOf(mediaType),
              sink: this,
              goOn,
              messages,
            }),
            echo,
          )
    const encoder = isAnew ? encoderFor(contentEncoding, this.#acceptEncoding()) : undefined
    this.#outlet = outletTo(exchange, encoder, () => this.#pipe?.drained())
    const coding = encoder && { name: 'content-encoding', value: encoder.name }
    this.#start = () => {
      // First, so that what cannot be recorded can still be refused with its reason.
      this.#recordHead(shown)
      exchange.begin(status, coding === undefined ? shown : [...shown, coding])
    }
    // Until the first byte that is to be shown, a body that proves unreadable, or does not come, can still be refused
    // with its reason. Over HTTP/1.1 node sends no head before it anyway.
    if (hasBody && !masker.active && exchange.version === 2) this.#startNow()
    // Whoever listens for events may wait for the head alone, and the first event may be long in coming.
    if (hasBody && essenceOf(mediaType) === 'text/event-stream')
      this.#headTimer = setTimeout(() => this.#flushHead(), EVENTS_HEAD_MILLIS)
  }

  #startNow(): void {
    clearTimeout(this.#headTimer)
    this.#start?.()
    this.#start = undefined
  }

  #flushHead(): void {
    try {
      this.#startNow()
      this.#request.exchange.flush()
    } catch (error) {
      // It cannot be recorded.
      this.fail(toGatewayError(error))
    }
  }

  data(chunk: Buffer): boolean {
    if (this.#untyped !== undefined) this.#begin(this.#untyped, true)
    return this.#pipe?.write(chunk) ?? true
  }

  ended(trailers: readonly Field[]): void {
    if (this.#untyped !== undefined) this.#begin(this.#untyped, false)
    if (trailers.length > 0) this.#trailers = this.#shownTrailers(trailers)
    this.#pipe?.end()
  }

  failed(error: GatewayError): void {
    const { exchange, permit } = this.#request
    this.#start = undefined
    this.#pipe?.destroy()
    this.#outlet?.destroy()
    const isOurs = !endsSession(error)
    // Before the target has answered it is the request that cannot be read.
    const told = this.status === 0 ? error : ofTheTarget(error)
    this.#settle(this.status === 0 ? 'unknown' : this.#statusWord(), error)
    const { operationId } = permit
    if (isOurs) answerProblem(this.#request, problemOf(told, { operationId }))
    else if (exchange.hasBegun) exchange.breakOff()
    this.#finish(isOurs ? undefined : error)
  }

  write(chunk: Uint8Array): boolean {
    this.#startNow()
    this.#bytes += chunk.length
    const { permit, session } = this.#request
    session.gate.record('out-more', chunk, permit)
    const isTaken = this.#outlet?.write(chunk) ?? true
    if (!session.gate.isBehind) return isTaken
    session.gate.caughtUp().then(
      () => this.#pipe?.drained(),
      (error: unknown) => {
        if (!this.#isSettled) this.fail(toGatewayError(error))
      },
    )
    return false
  }

  end(): void {
    this.#startNow()
    this.#settle(this.#statusWord())
    const leaving = this.#outlet?.end(this.#trailers)
    if (leaving === undefined) this.#finish(undefined)
    else void leaving.then(() => this.#finish(undefined))
  }

  fail(error: GatewayError): void {
    this.#sending?.abort(error)
    // When all of the response had come before it proved unreadable, nobody else tells.
    this.failed(error)
  }

  readonly #clientGone = (): void => {
    if (this.#isSettled) return
    const error = new SessionError('ERR_SESSION_CLIENT_GONE', 'the client left its request')
    this.#sending?.abort(error)
  }

  #shownTrailers(trailers: readonly Field[]): Readonly<Record<string, string>> {
    const { permit } = this.#request
    const shown = trailers.filter(({ name }) => !isDroppedFromResponse(name))
    const textOf = (value: string) => this.echo?.maskText(value) ?? value
    return Object.fromEntries(
      shown.map(({ name, value }) => [name, permit.header(name, textOf(value))]),
    )
  }

  #acceptEncoding(): string | undefined {
    return valueOf(this.#request.exchange.fields, 'accept-encoding')
  }

  #statusWord(): Outcome['status'] {
    return this.status >= 400 ? 'failed' : 'succeeded'
  }

  #settle(status: Outcome['status'], error?: GatewayError): void {
    if (this.#isSettled) return
    this.#isSettled = true
    clearTimeout(this.#headTimer)
    this.#request.exchange.gone.forget(this.#clientGone)
    const code = this.status === 0 ? undefined : String(this.status)
    const failure =
      error === undefined
        ? this.status >= 400
          ? { code: `HTTP ${this.status}`, message: '' }
          : undefined
        : { code: error.code, message: error.message }
    this.#request.permit.settle({
      status,
      rows: this.status === 0 ? 0 : 1,
      bytes: this.#bytes,
      maskedCells: this.#maskedCells(),
      ...(code === undefined ? {} : { completion: code }),
      ...(failure === undefined ? {} : { error: failure }),
    })
  }

  #maskedCells(): number {
    const ofBody = this.#masker?.maskedCells ?? 0
    return this.#headerCells + ofBody + (this.#request.messages?.maskedCells ?? 0)
  }

  #recordHead(headers: readonly Field[]): void {
    const { session, permit } = this.#request
    session.gate.record('out-head', Buffer.from(recordedHead(this.status, headers)), permit)
  }
}
