import type { GatewayError } from '@wardgate/errors'
import type { Closing, Engine, Gate, Login, Opening, Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { Conversation } from './channels/conversation'
import { refusalText } from './errors'
import { ClientLogin } from './server/client-login'
import { provenHostOf } from './server/host-key'
import { IdleTimer } from './channels/idle-timer'
import { disconnectReasons, sendBanner, sendDisconnect } from './server/raw-messages'
import { settings as schema, type SshSettings } from './settings'
import { connectUpstream } from './upstream/connect'

/** One client's conversation: accept, submit, relay. */
export class SshEngine implements Engine {
  readonly #client: Duplex
  #settings: SshSettings
  #login: ClientLogin | undefined
  #conversation: Conversation | undefined
  #isIn = false

  constructor(client: Duplex, settings: SshSettings) {
    this.#client = client
    this.#settings = settings
    // A socket's error is followed by its close, which is what is listened to.
    client.on('error', () => undefined)
  }

  async accept(login: Login, signal: AbortSignal): Promise<Opening> {
    this.#login ??= new ClientLogin(this.#client, provenHostOf(login))
    const { user, token, proof } = await this.#login.next(signal, () => login.awaitPerson?.())
    const connection = login.boundConnection ?? user
    const settings = login.settingsOf?.(connection)
    if (settings !== undefined) this.#settings = schema.parse(settings)
    return {
      kind: 'session',
      connection,
      unverifiedCredential: token,
      claimed: { user: user.slice(0, 256) },
      database: '',
      ...(proof === undefined ? {} : { unverifiedProof: proof }),
    }
  }

  async relay(gate: Gate, target: Target, signal: AbortSignal): Promise<Closing> {
    const login = this.#login
    const connection = login?.connection
    if (login === undefined || connection === undefined) return { reason: 'client' }
    const upstream = await connectUpstream({ target, settings: this.#settings, signal })
    const { idleMillis = 0, statementMillis = 0 } = target.limits ?? {}
    const idle = new IdleTimer(idleMillis, (error) => conversation.end(error))
    const conversation = new Conversation({
      connection,
      upstream,
      gate,
      settings: this.#settings,
      commandMillis: statementMillis,
      touch: () => idle.touch(),
    })
    this.#conversation = conversation
    this.#client.on('data', () => conversation.checkUnread())
    try {
      return await conversation.run(signal, () => {
        this.#isIn = true
        login.letIn()
      })
    } finally {
      idle.stop()
      upstream.end().destroy()
    }
  }

  /** Told now for a token; clients offer keys one after the other, and only what fails last is of interest. */
  mayTryAgain(error: GatewayError): boolean {
    const login = this.#login
    if (this.#isIn || login?.connection === undefined || !login.mayTryAgain) return false
    if (!login.isByKey) sendBanner(login.connection, refusalText(error))
    return true
  }

  async refuse(error: GatewayError): Promise<void> {
    const client = this.#client
    if (client.destroyed || client.writableFinished) return
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    const flushed = new Promise<void>((resolve) => {
      // The library may have ended the stream: what was told just before is still on its way.
      if (client.writable) this.#tell(error)
      client.once('finish', () => resolve()).end()
    })
    await Promise.race([closed, flushed])
  }

  #tell(error: GatewayError): void {
    if (this.#isIn) return this.#conversation?.tellAll(error)
    const connection = this.#login?.connection
    if (connection === undefined) return
    sendBanner(connection, refusalText(error))
    sendDisconnect(connection, disconnectReasons.noMoreAuthMethods, error.code)
  }
}
