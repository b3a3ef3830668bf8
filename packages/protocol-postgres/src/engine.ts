import type { GatewayError } from '@wardgate/errors'
import type { Closing, Engine, Gate, Login, Opening, Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { createCancelKey } from './client/cancel-key'
import { claimedBy } from './client/claimed'
import { ClientHandshake } from './client/handshake'
import type { SessionParameters } from './client/parameters'
import { errorResponse } from './errors'
import { endUpstream } from './relay/end-upstream'
import { Relay } from './relay/relay'
import { replicate } from './replication/replicate'
import type { PostgresSettings } from './settings'
import type { UpstreamConnection } from './upstream/connection'
import type { UpstreamPool } from './upstream/pool'
import { authenticationOk, backendKeyData, parameterStatus, readyForQuery } from './wire'

/** One client's conversation: accept, submit, relay. */
export class PostgresEngine implements Engine {
  private client: Duplex
  private readonly settings: PostgresSettings
  private readonly pool: UpstreamPool
  private minor = 0
  private parameters: SessionParameters | undefined
  private relaying: Relay | undefined

  constructor(client: Duplex, settings: PostgresSettings, pool: UpstreamPool) {
    this.client = client
    this.settings = settings
    this.pool = pool
    // A socket's error is followed by its close, which is what is listened to.
    client.on('error', () => undefined)
  }

  async accept(login: Login, signal: AbortSignal): Promise<Opening> {
    const handshake = new ClientHandshake(this.client, login, this.settings.startupParameters)
    const opened = await handshake.run(signal).finally(() => (this.client = handshake.socket))
    if (opened.kind === 'cancel') {
      login.cancel(opened.key)
      this.client.end()
      return { kind: 'done' }
    }
    const { parameters, minor, token } = opened
    this.parameters = parameters
    this.minor = minor
    return {
      kind: 'session',
      connection: login.boundConnection ?? parameters.user,
      unverifiedCredential: token,
      claimed: claimedBy(parameters),
      database: parameters.database,
    }
  }

  async relay(gate: Gate, target: Target, signal: AbortSignal): Promise<Closing> {
    const { client, settings, pool } = this
    const parameters = new Map(this.parameters?.settings)
    // Last: what the client asked for does not lift it. As a start-up parameter it is what RESET goes back to.
    if (target.readOnly === true) parameters.set('default_transaction_read_only', 'on')
    const mode = this.parameters?.replication
    if (mode !== undefined) {
      const letIn = (upstream: UpstreamConnection, cancel: () => void) =>
        this.letIn(upstream, gate, cancel)
      return replicate({ client, gate, target, settings, mode, parameters, letIn }, signal)
    }
    const request = { target, settings, parameters }
    const upstream = await pool.acquire(request, signal)
    const relay = new Relay({ client, upstream, gate, target, settings })
    this.relaying = relay
    this.letIn(upstream, gate, relay.cancel)
    const { closing, isReusable } = await relay.run(signal)
    if (closing.error === undefined) client.end()
    if (isReusable) await pool.release(upstream, request)
    else endUpstream(upstream)
    return closing
  }

  async refuse(error: GatewayError): Promise<void> {
    const { client } = this
    if (client.destroyed || !client.writable) return
    if (this.relaying?.isMidMessage === true) {
      client.destroy()
      return
    }
    await new Promise<void>((resolve) => {
      client.once('close', resolve)
      client.end(errorResponse(error, 'FATAL'), () => resolve())
    })
  }

  /** Only now does the client learn that it is in: authenticated by us, and the target is ready. */
  private letIn(upstream: UpstreamConnection, gate: Gate, cancel: () => void): void {
    const key = createCancelKey(this.minor)
    gate.onCancel(key, cancel)
    const greeting = Buffer.concat([
      authenticationOk,
      ...[...upstream.parameters].map(([name, value]) => parameterStatus(name, value)),
      backendKeyData(key),
      readyForQuery('idle'),
    ])
    gate.record('out', greeting)
    this.client.write(greeting)
  }
}
