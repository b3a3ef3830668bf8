import { toGatewayError, type GatewayError } from '@wardgate/errors'
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
import { proxiedAddress } from './client/proxied'
import { forStranger, refuseUnknown, tellAll } from './client/refusals'
import { openTunnel } from './client/tunnel'
import { Relay, type RelayParts } from './relay/relay'
import { relayStream } from './relay/relay-stream'
import type { HttpSettings } from './settings'
import type { UpstreamPools } from './upstream/pools'

export interface Shared {
  readonly front: Front
  readonly pools: UpstreamPools
}

interface Within {
  readonly login: Login
  readonly parts: RelayParts
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
    if (this.#visits === undefined || login !== this.#login)
      this.#visits = new VisitReader(login, this.#settings)
    this.#login = login
    if (this.#socket === undefined) await this.#open(login, signal)
    const exchange = await this.#arrivals.next(signal)
    if (exchange === undefined) return { kind: 'done' }
    this.#arrivals.putBack(exchange)
    const visit = this.#visits.read(exchange)
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
      enterTunnel: (exchange, parts) => this.#enterTunnel(exchange, { login, parts }),
    })
    this.#relay = relay
    try {
      return await relay.run()
    } finally {
      signal.removeEventListener('abort', end)
      upstream.release()
    }
  }

  async refuse(error: GatewayError): Promise<void> {
    const client = this.#socket ?? this.#client
    if (client.destroyed || !client.writable) return
    const waiting = [...(this.#relay?.unanswered ?? []), ...this.#arrivals.takeAll()]
    const told = this.#relay !== undefined ? error : forStranger(error, this.#visit)
    tellAll({ socket: client, version: this.#version }, waiting, told)
    await this.#shared.front.end(client)
  }

  /**
   * From here on the client's requests come from within the tunnel. Over HTTP/2 it is one stream of the client's: it is
   * relayed beside the others, and ends alone.
   */
  async #enterTunnel(exchange: Exchange, { login, parts }: Within): Promise<void> {
    const { front } = this.#shared
    const client = await openTunnel(exchange, login, parts.signal)
    const tunnel = { address: proxiedAddress(exchange), visit: parts.visit }
    if (exchange.version === 2) return relayStream({ tunnel, client, front }, parts)
    this.#socket = client.socket
    this.#version = client.version
    front.serve(client.socket, client.version, this.#arrivals, tunnel)
  }

  async #open(login: Login, signal: AbortSignal): Promise<void> {
    const { socket, version } = await openClient(this.#client, login, signal)
    this.#socket = socket
    this.#version = version
    this.#shared.front.serve(socket, version, this.#arrivals)
  }
}

/** The address without its port, as X-Forwarded-For has it. */
function hostOf(clientAddress: string): string {
  return clientAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}
