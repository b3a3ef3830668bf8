import { GatewayError, ProtocolError, TargetError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import { errors, type Dispatcher } from 'undici'
import type { Field } from '../wire/fields'
import type { Chatter } from './chatter'
import { requestTarget, type Outgoing } from './outgoing'
import type { TargetPool } from './target-pool'

/** What comes back, in this order; `failed` comes last and instead of whatever is still owed. */
export interface ResponseListener {
  begun(status: number, fields: readonly Field[]): void
  /** False = no more until `resume`. */
  data(chunk: Buffer): boolean
  ended(trailers: readonly Field[]): void
  failed(error: GatewayError): void
}

export interface Sending {
  resume(): void
  /** Nothing more is wanted; `failed` is told the reason. */
  abort(reason: GatewayError): void
}

/** Sends what a permit was given for. Nothing is sent without one, and nothing twice. */
export function send(
  _permit: Permit,
  pool: TargetPool,
  outgoing: Outgoing,
  listener: ResponseListener,
): Sending {
  const handler = new Handler(listener, pool.chatter)
  const { method, authority, headers, body, length } = outgoing
  const fields = ['host', authority]
  for (const { name, value } of headers) fields.push(name, value)
  if (length !== undefined && body !== undefined && !(body instanceof Uint8Array))
    fields.push('content-length', String(length))
  try {
    pool.dispatch(
      {
        path: requestTarget(outgoing),
        method: method,
        headers: fields,
        body: body ?? null,
        idempotent: false,
      },
      handler,
    )
  } catch (error) {
    handler.fail(error)
  }
  return handler
}

class Handler implements Dispatcher.DispatchHandler, Sending {
  readonly #listener: ResponseListener
  readonly #chatter: Chatter
  #controller: Dispatcher.DispatchController | undefined
  #aborted: GatewayError | undefined
  #isOver = false

  constructor(listener: ResponseListener, chatter: Chatter) {
    this.#listener = listener
    this.#chatter = chatter
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(reason: GatewayError): void {
    if (this.#isOver) return
    this.#aborted = reason
    this.#controller?.abort(reason)
    // Not every state of undici answers an abort; whoever waits must not wait for it.
    this.fail(reason)
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.failed(this.#aborted ?? targetError(error))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#aborted !== undefined) controller.abort(this.#aborted)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200 || this.#isOver) return
    this.#guard(() => {
      const fields = fieldsOf(headers)
      this.#chatter.answeredFields(fields)
      this.#listener.begun(status, fields)
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chatter.answered(chunk.length)
    if (this.#isOver) return
    this.#guard(() => {
      if (!this.#listener.data(chunk)) controller.pause()
    })
  }

  onResponseEnd(
    _controller: Dispatcher.DispatchController,
    trailers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#isOver) return
    this.#guard(() => this.#listener.ended(fieldsOf(trailers)))
    this.#isOver = true
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  /** What the listener refuses ends the response: nothing more of it is read. */
  #guard(run: () => void): void {
    try {
      run()
    } catch (caught) {
      this.#aborted = caught instanceof GatewayError ? caught : targetError(caught)
      this.fail(this.#aborted)
      this.#controller?.abort(this.#aborted)
    }
  }
}

function fieldsOf(headers: Readonly<Record<string, string | string[] | undefined>>): Field[] {
  const fields: Field[] = []
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    if (typeof value === 'string') fields.push({ name: name.toLowerCase(), value })
    else for (const text of value ?? []) fields.push({ name: name.toLowerCase(), value: text })
  }
  return fields
}

const timeouts: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_TIMEOUT: 'the target did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'the target fell silent within its answer',
}

function targetError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const options = { cause: error }
  if (code === 'UND_ERR_INVALID_ARG')
    return new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'it cannot be sent to the target', options)
  if (error instanceof errors.HTTPParserError)
    return new TargetError('ERR_TARGET_UNREADABLE', "the target's answer is no HTTP", options)
  const message = timeouts[code] ?? 'the target closed the connection'
  return new TargetError('ERR_TARGET_LOST', message, options)
}
