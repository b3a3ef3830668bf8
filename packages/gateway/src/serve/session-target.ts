import { SessionError, TargetError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import type { Dialler, SessionGrant } from '../ports'
import { targetProof } from '../proof'
import type { Target, TargetEndpoint } from '../target'

const hasEnded = new SessionError('ERR_SESSION_KILLED', 'the session has ended')

/** The one implementation of Target. Made when the control plane has opened the session, and for that session only. */
export class SessionTarget implements Target {
  readonly [targetProof] = true
  readonly connectionId: string
  readonly principalId: string
  readonly endpoints: SessionGrant['endpoints']
  readonly tls: SessionGrant['tls']
  readonly credential: SessionGrant['credential']
  readonly revision: string
  readonly database: string
  readonly limits: SessionGrant['limits']
  readonly readOnly?: boolean
  readonly #dialler: Dialler
  readonly #ended = new AbortController()
  readonly #streams = new Set<Duplex>()

  constructor(grant: SessionGrant, dialler: Dialler) {
    this.connectionId = grant.connectionId
    this.principalId = grant.principalId
    this.endpoints = grant.endpoints
    this.tls = grant.tls
    this.credential = grant.credential
    this.revision = grant.revision
    this.database = grant.database
    this.limits = grant.limits
    if (grant.readOnly !== undefined) this.readOnly = grant.readOnly
    this.#dialler = dialler
  }

  async dial(endpoint: TargetEndpoint, signal: AbortSignal): Promise<Duplex> {
    const isGranted = this.endpoints.some(
      ({ host, port }) => host === endpoint.host && port === endpoint.port,
    )
    if (!isGranted)
      throw new TargetError('ERR_TARGET_UNREACHABLE', 'the endpoint is not one of this connection')
    const stream = await this.#dialWhileOpen(endpoint, signal)
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  keep(stream: Duplex): void {
    this.#streams.delete(stream)
  }

  /** No stream to the target outlives the session but those kept for a pool, whatever the engine forgot. */
  end(): void {
    this.#ended.abort(hasEnded)
    for (const stream of this.#streams) {
      stream.on('error', () => undefined)
      stream.destroy()
    }
    this.#streams.clear()
  }

  // The dialler's own signal aborts only while it dials: later, it would tear down a stream that is kept.
  async #dialWhileOpen(endpoint: TargetEndpoint, signal: AbortSignal): Promise<Duplex> {
    const whileOpen = AbortSignal.any([signal, this.#ended.signal])
    whileOpen.throwIfAborted()
    const dialling = new AbortController()
    const abort = () => dialling.abort(whileOpen.reason)
    whileOpen.addEventListener('abort', abort)
    try {
      const stream = await this.#dialler.dial(endpoint, dialling.signal)
      if (whileOpen.aborted) stream.destroy()
      whileOpen.throwIfAborted()
      return stream
    } finally {
      whileOpen.removeEventListener('abort', abort)
    }
  }
}
