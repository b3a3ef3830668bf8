import type { GatewayError } from '@wardgate/errors'
import { ProtocolError, TargetError, toGatewayError } from '@wardgate/errors'
import type { Closing } from '@wardgate/gateway'
import type { Arrivals } from '../client/arrivals'
import type { Exchange } from '../client/exchange'
import { isPing, isSameVisit, type Visit } from '../client/visit'
import { problemOf } from '../errors'
import { ping } from './ping'
import { runRequest } from './run-request'
import type { SessionParts } from './session-parts'

export interface RelayParts extends SessionParts {
  readonly arrivals: Arrivals
  readonly visit: Visit
  readonly idleMillis: number
  /** Reads whom a request is for; throws what the client is told. */
  readonly visitOf: (exchange: Exchange) => Visit
  readonly enterTunnel: (exchange: Exchange, parts: RelayParts) => Promise<void>
}

/**
 * Relays the requests of one session: those that name the same connection with the same token. Over HTTP/1.1 one after
 * the other, so that they take effect in order; over HTTP/2 side by side.
 */
export class Relay {
  readonly #parts: RelayParts
  readonly #running = new Set<Promise<unknown>>()
  /** Requests that have not been answered: what ends the session has to be told there. */
  readonly unanswered = new Set<Exchange>()
  #fatal: GatewayError | undefined

  constructor(parts: RelayParts) {
    this.#parts = parts
  }

  async run(): Promise<Closing> {
    try {
      return await this.#runAll()
    } finally {
      await Promise.all(this.#running)
    }
  }

  async #runAll(): Promise<Closing> {
    const { arrivals, visit, visitOf } = this.#parts
    for (;;) {
      const exchange = await this.#next()
      if (exchange === undefined) return { reason: 'client' }
      this.unanswered.add(exchange)
      const isSame = isSameVisit(visitOf(exchange), visit)
      if (!isSame && this.#isBusy(exchange)) continue
      if (!isSame || this.#isOutlived) {
        this.unanswered.delete(exchange)
        arrivals.putBack(exchange)
        return { reason: 'next' }
      }
      if (exchange.version === 1) await this.#runOne(exchange)
      else this.#start(exchange)
      if (this.#fatal !== undefined) return closingOf(this.#fatal)
    }
  }

  /** A client would go on with its connection, where all that is new is refused, until the session's grace is over. */
  get #isOutlived(): boolean {
    return this.#parts.gate.isOutlived && this.#running.size === 0
  }

  /** Over HTTP/2, one connection with two identities at once: the client is sent to another connection. */
  #isBusy(exchange: Exchange): boolean {
    if (exchange.version === 1 || this.#running.size === 0) return false
    const message = 'requests with another token or connection are under way on this connection'
    const error = new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', message)
    // https://datatracker.ietf.org/doc/html/rfc9110#section-15.5.20
    exchange.answer(problemOf(error, { status: 421 }))
    this.unanswered.delete(exchange)
    return true
  }

  #start(exchange: Exchange): void {
    const run = this.#runOne(exchange).finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async #runOne(exchange: Exchange): Promise<void> {
    const { visit, signal, unreadable } = this.#parts
    try {
      const error = await this.#run(exchange, visit)
      if (error !== undefined) this.#end(exchange, error)
    } catch (caught) {
      const error = toGatewayError(caught)
      const isTheEnd = signal.aborted || unreadable.aborted || error.code === 'ERR_INTERNAL'
      if (isTheEnd) this.#end(exchange, error)
      else exchange.answer(problemOf(error), { close: true })
    }
    if (this.#fatal === undefined || exchange.isOver) this.unanswered.delete(exchange)
  }

  async #run(exchange: Exchange, visit: Visit): Promise<GatewayError | undefined> {
    if (isPing(exchange.method, exchange.target)) return ping(exchange, this.#parts)
    if (exchange.method !== 'CONNECT') return runRequest(exchange, visit, this.#parts)
    await this.#parts.enterTunnel(exchange, this.#parts)
    return undefined
  }

  /** A lost target ends a connection of HTTP/1.1 alone; over HTTP/2 other requests go on. */
  #end(exchange: Exchange, error: GatewayError): void {
    const { signal, unreadable } = this.#parts
    if (exchange.gone.reason !== undefined && !signal.aborted && !unreadable.aborted) return
    const isShared = exchange.version === 2 && error instanceof TargetError
    if (isShared) exchange.answer(problemOf(error))
    else this.#fatal ??= error
  }

  #next(): Promise<Exchange | undefined> {
    const { arrivals, idleMillis, signal } = this.#parts
    return arrivals.next(signal, this.#running.size > 0 ? undefined : idleMillis)
  }
}

function closingOf(error: GatewayError): Closing {
  return { reason: error instanceof TargetError ? 'target' : 'error', error }
}
