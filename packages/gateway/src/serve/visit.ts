import { SessionError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import type { Log, SessionGrant } from '../ports'
import type { House } from './house'
import type { Listener, ServeOptions } from './listener'

/** One accepted socket: its abort signal, its names for the log, its place in the counts, and its only destroy. */
export class Visit {
  readonly house: House
  readonly client: Duplex
  readonly clientAddress: string
  readonly listener: Listener
  log: Log
  /** Under which an operator finds this visit in the log. */
  reference: string
  connection: string
  readonly #abort = new AbortController()
  #isHandshaking = true
  #hasPlace = false

  constructor(house: House, { client, clientAddress, listener }: ServeOptions) {
    this.house = house
    this.client = client
    this.clientAddress = clientAddress
    this.listener = listener
    this.connection = listener.boundConnection ?? ''
    this.reference = `client ${clientAddress}`
    this.log = house.log.child({
      protocol: listener.protocol.name,
      listener: listener.name,
      clientAddress,
    })
    house.counters.sockets += 1
    house.counters.acceptedSockets += 1
    house.counters.handshakes += 1
    // A socket without a listener for 'error' would end the process; 'close' follows and is what counts.
    client.on('error', (error) => this.log.debug({ err: error }, 'client socket failed'))
    client.once('close', this.#clientGone)
    house.ended.addEventListener('abort', this.#houseEnded)
    if (client.destroyed) this.#clientGone()
    if (house.ended.aborted) this.#houseEnded()
  }

  /** Aborted when the client is gone, the agent ends, or `abort` was called. The reason is a GatewayError. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  readonly abort = (error: GatewayError): void => this.#abort.abort(error)

  handshakeDone(): void {
    if (!this.#isHandshaking) return
    this.#isHandshaking = false
    this.house.counters.handshakes -= 1
  }

  /** False when the agent is full. Taken before the control plane is asked, so that no two take the last one. */
  takeSessionPlace(): boolean {
    const { counters, limits } = this.house
    if (counters.sessions >= limits.sessions) return false
    counters.sessions += 1
    this.#hasPlace = true
    return true
  }

  introduce({ sessionId, principalId, connectionId }: SessionGrant): void {
    this.log = this.log.child({ sessionId, principalId, connectionId })
    this.reference = `session ${sessionId}`
  }

  loginRefused(error: GatewayError): void {
    const { clientAddress, connection } = this
    const protocol = this.listener.protocol.name
    this.house.loginRefusals.add({ protocol, clientAddress, connection }, error)
  }

  end(): void {
    this.handshakeDone()
    this.house.counters.sockets -= 1
    if (this.#hasPlace) this.house.counters.sessions -= 1
    this.house.ended.removeEventListener('abort', this.#houseEnded)
    this.client.off('close', this.#clientGone)
    if (!this.client.destroyed) this.client.destroy()
  }

  readonly #clientGone = (): void =>
    this.abort(new SessionError('ERR_SESSION_CLIENT_GONE', 'the client closed its connection'))

  readonly #houseEnded = (): void => this.abort(toGatewayError(this.house.ended.reason))
}
