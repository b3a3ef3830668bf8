import { SessionError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import type { Log, SessionGrant } from '../ports'
import type { House } from './house'
import type { Listener, ServeOptions } from './listener'
import { NamedLog } from './named-log'

export interface ByteCounts {
  readonly bytesIn: number
  readonly bytesOut: number
}

/** One for all: what tells nothing but this needs no stack of its own. */
const clientGone = new SessionError('ERR_SESSION_CLIENT_GONE', 'the client closed its connection')

/** One accepted socket: its abort signal, its names for the log, its place in the counts, and its only destroy. */
export class Visit {
  readonly house: House
  readonly client: Duplex
  readonly clientAddress: string
  readonly listener: Listener
  /** Under which an operator finds this visit in the log. */
  reference: string
  connection: string
  #names: Readonly<Record<string, string>>
  #log: Log | undefined
  #abort = new AbortController()
  #isHandshaking = false
  #hasPlace = false
  #principalId: string | undefined
  #isRefused = false
  #bytesBefore: ByteCounts = { bytesIn: 0, bytesOut: 0 }

  constructor(house: House, { client, clientAddress, listener }: ServeOptions) {
    this.house = house
    this.client = client
    this.clientAddress = clientAddress
    this.listener = listener
    this.connection = listener.boundConnection ?? ''
    this.reference = `client ${clientAddress}`
    this.#names = { protocol: listener.protocol.name, listener: listener.name, clientAddress }
    house.counters.sockets += 1
    house.counters.acceptedSockets += 1
    // A socket without a listener for 'error' would end the process; 'close' follows and is what counts.
    client.on('error', (error) => this.log.debug({ err: error }, 'client socket failed'))
    client.once('close', this.#clientGone)
    house.ended.addEventListener('abort', this.#houseEnded)
    if (client.destroyed) this.#clientGone()
    if (house.ended.aborted) this.#houseEnded()
  }

  /** Made when it is first asked for: a visit that goes well has its names by then. */
  get log(): Log {
    return (this.#log ??= new NamedLog(this.house.log, this.#names))
  }

  /** Aborted when the client is gone, the agent ends, or `abort` was called. The reason is a GatewayError. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  readonly abort = (error: GatewayError): void => this.#abort.abort(error)

  /** Throws when there is no room for one more; attempts after the first have theirs already. */
  beginHandshake(): void {
    if (this.#isHandshaking) return
    this.house.handshakeRoom.enter(this.clientAddress)
    this.#isHandshaking = true
  }

  handshakeDone(): void {
    if (!this.#isHandshaking) return
    this.#isHandshaking = false
    this.house.handshakeRoom.leave(this.clientAddress)
  }

  /** False when the agent is full. Taken before the control plane is asked, so that no two take the last one. */
  takeSessionPlace(): boolean {
    if (this.#hasPlace) return true
    const { counters, limits } = this.house
    if (counters.sessions >= limits.sessions) return false
    counters.sessions += 1
    this.#hasPlace = true
    return true
  }

  /** False when the principal has as many sessions as one may have. */
  takePrincipalPlace(principalId: string): boolean {
    if (!this.house.principalPlaces.take(principalId)) return false
    this.#principalId = principalId
    return true
  }

  /** Ready for another session on the same socket; the one before has ended. */
  renew(): void {
    this.#abort = new AbortController()
    this.#leavePlace()
    this.#bytesBefore = this.#bytesSoFar()
    if (this.client.destroyed) this.#clientGone()
    if (this.house.ended.aborted) this.#houseEnded()
  }

  /** Of the present session. Sockets count their own bytes; other streams, such as those of tests, do not. */
  bytes(): ByteCounts {
    const { bytesIn, bytesOut } = this.#bytesSoFar()
    const before = this.#bytesBefore
    return { bytesIn: bytesIn - before.bytesIn, bytesOut: bytesOut - before.bytesOut }
  }

  introduce({ sessionId, principalId, connectionId }: SessionGrant): void {
    this.#names = { ...this.#names, sessionId, principalId, connectionId }
    this.#log = undefined
    this.reference = `session ${sessionId}`
  }

  /** A client that goes away after a refusal is not refused once more. */
  loginRefused(error: GatewayError): void {
    if (this.#isRefused && error.code === 'ERR_SESSION_CLIENT_GONE') return
    this.#isRefused = true
    this.log.warn({ code: error.code, err: error }, 'login refused')
    const { clientAddress, connection } = this
    const protocol = this.listener.protocol.name
    this.house.loginRefusals.add({ protocol, clientAddress, connection }, error)
  }

  end(): void {
    this.handshakeDone()
    this.house.counters.sockets -= 1
    this.#leavePlace()
    this.house.ended.removeEventListener('abort', this.#houseEnded)
    this.client.off('close', this.#clientGone)
    if (!this.client.destroyed) this.client.destroy()
  }

  #leavePlace(): void {
    if (this.#hasPlace) this.house.counters.sessions -= 1
    this.#hasPlace = false
    if (this.#principalId !== undefined) this.house.principalPlaces.leave(this.#principalId)
    this.#principalId = undefined
  }

  #bytesSoFar(): ByteCounts {
    const { client } = this
    const bytesIn = 'bytesRead' in client ? Number(client.bytesRead) : 0
    const bytesOut = 'bytesWritten' in client ? Number(client.bytesWritten) : 0
    return { bytesIn, bytesOut }
  }

  readonly #clientGone = (): void => this.abort(clientGone)

  readonly #houseEnded = (): void => this.abort(toGatewayError(this.house.ended.reason))
}
