import { AuthError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Closing, Engine, Gate, Login, Opening, Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { Arrivals } from './client/arrivals'
import { claimedBy } from './client/claimed'
import type { Exchange } from './client/exchange'
import type { Front } from './client/front'
import { Notice } from './client/notice'
import { openClient } from './client/open-client'
import type { Visit } from './client/visit'
import { VisitReader } from './client/visit-reader'
import { isProxied, noConnection, proxiedAddress } from './client/proxied'
import { openTunnel } from './client/tunnel'
import { problemOf, proxyProblem, type Problem } from './errors'
import { Relay } from './relay/relay'
import type { HttpSettings } from './settings'
import type { UpstreamPools } from './upstream/pools'
import { rawProblem } from './wire/raw-problem'

export interface Shared {
  readonly front: Front
  readonly pools: UpstreamPools
}

/** One client connection: accept, submit, relay; again when its token or connection changes. */
export class HttpEngine implements Engine {
  readonly #client: Duplex
  readonly #settings: HttpSettings
  readonly #shared: Shared
  readonly #arrivals = new Arrivals()
  #socket: Duplex | undefined
  #login: Login | undefined
  #visits: VisitReader | undefined
  #visit: Visit | undefined
  #relay: Relay | undefined
  #version: 1 | 2 = 1

  constructor(client: Duplex, settings: HttpSettings, shared: Shared) {
    this.#client = client
    this.#settings = settings
    this.#shared = shared
    // A socket's error is followed by its close, which is what is listened to.
    client.on('error', () => undefined)
  }

  async accept(login: Login, signal: AbortSignal): Promise<Opening> {
    if (login !== this.#login) this.#visits = new VisitReader(login, this.#settings)
    this.#login = login
    if (this.#socket === undefined) await this.#open(login, signal)
    const exchange = await this.#arrivals.next(signal)
    if (exchange === undefined) return { kind: 'done' }
    this.#arrivals.putBack(exchange)
    const visit = (this.#visits ??= new VisitReader(login, this.#settings)).read(exchange)
    this.#visit = visit
    this.#relay = undefined
    return {
      kind: 'session',
      connection: visit.connection,
      unverifiedCredential: visit.unverifiedToken,
      claimed: claimedBy(exchange.fields),
      database: '',
    }
  }

  async relay(gate: Gate, target: Target, signal: AbortSignal): Promise<Closing> {
    const visit = this.#visit
    const visits = this.#visits
    const login = this.#login
    if (visit === undefined || visits === undefined || login === undefined)
      throw new TypeError('nothing was accepted')
    refuseUnknown(visit)
    const upstream = this.#shared.pools.acquire(target, visit.settings)
    const ending = new Notice()
    const end = () => ending.give(toGatewayError(signal.reason))
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    const relay = new Relay({
      gate,
      target,
      upstream,
      signal,
      ending,
      visit,
      arrivals: this.#arrivals,
      unreadable: this.#arrivals.failed,
      clientHost: hostOf(login.clientAddress),
      idleMillis: target.limits?.idleMillis || visit.settings.keepAliveMillis,
      visitOf: (exchange: Exchange) => visits.read(exchange),
      enterTunnel: (exchange: Exchange) => this.#enterTunnel(exchange, login, visit, signal),
    })
    this.#relay = relay
    try {
      return await relay.run()
    } finally {
      signal.removeEventListener('abort', end)
      upstream.release()
    }
  }

  /** Every request without an answer gets one, then the connection ends. Between requests HTTP has no word for why. */
  async refuse(error: GatewayError): Promise<void> {
    const client = this.#socket ?? this.#client
    if (client.destroyed || !client.writable) return
    const waiting = [...(this.#relay?.unanswered ?? []), ...this.#arrivals.takeAll()]
    const told = this.#relay !== undefined ? error : forStranger(error, this.#visit)
    for (const exchange of waiting) exchange.answer(refusalFor(exchange, told), { close: true })
    if (waiting.length === 0 && this.#version === 1 && error.code.startsWith('ERR_PROTOCOL_'))
      client.write(rawProblem(problemOf(error)))
    await this.#shared.front.end(client)
  }

  /** From here on the client's requests come from within the tunnel. */
  async #enterTunnel(
    exchange: Exchange,
    login: Login,
    visit: Visit,
    signal: AbortSignal,
  ): Promise<void> {
    const { socket, version } = await openTunnel(exchange, login, signal)
    this.#socket = socket
    this.#version = version
    const tunnel = { address: proxiedAddress(exchange), visit }
    this.#shared.front.serve(socket, version, this.#arrivals, tunnel)
  }

  async #open(login: Login, signal: AbortSignal): Promise<void> {
    const { socket, version } = await openClient(this.#client, login, signal)
    this.#socket = socket
    this.#version = version
    this.#shared.front.serve(socket, version, this.#arrivals)
  }
}

/** Fails closed: a connection without its settings would be served as if it had none, as plain HTTP. */
function refuseUnknown({ isKnown, proxied, connection }: Visit): void {
  if (connection === proxied) throw noConnection(proxied)
  if (isKnown) return
  throw new AuthError('ERR_AUTH_FORBIDDEN', `this agent does not serve ${connection}`, {
    nextStep: 'Ask again in a moment, if it has just been assigned.',
  })
}

/** Before its session is open, a client of a forward proxy learns nothing of hosts that it may not use. */
function forStranger(error: GatewayError, visit: Visit | undefined): GatewayError {
  const { code } = error
  const isHidden = code === 'ERR_AUTH_FORBIDDEN' || code === 'ERR_REQUEST_NOT_FOUND'
  return isHidden && visit?.proxied !== undefined ? noConnection(visit.proxied) : error
}

function refusalFor(exchange: Exchange, error: GatewayError): Problem {
  const problem = problemOf(error)
  return isProxied(exchange) ? proxyProblem(problem) : problem
}

/** The address without its port, as X-Forwarded-For has it. */
function hostOf(clientAddress: string): string {
  return clientAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}
