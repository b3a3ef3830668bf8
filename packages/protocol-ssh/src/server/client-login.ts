import { AuthError, ProtocolError, type GatewayError } from '@wardgate/errors'
import type { KeyProof } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import {
  Server,
  type AuthContext,
  type Connection,
  type KeyboardAuthContext,
  type PublicKeyAuthContext,
} from 'ssh2'
import { clientAlgorithms } from '../algorithms'
import {
  keepaliveMillis,
  maxAttempts,
  maxAuthRequests,
  maxBytesBeforeLogin,
  maxMissedKeepalives,
  maxTokenBytes,
  maxUserBytes,
} from '../limits'
import { inject } from '../transport/inject'
import { presentHostCertificate } from '../transport/presented-certificate'
import { reusePackets } from '../transport/reused-packets'
import { proofOf } from './key-proof'

/** What the client offered. Nothing of it is verified but that a signature is by the key it names. */
export interface Offer {
  readonly user: string
  readonly token: string
  readonly proof?: KeyProof
}

/** By what clients know the agent. */
export interface ProvenHost {
  /** Private, in OpenSSH's form. */
  readonly key: string
  readonly certificate?: Buffer
}

const methods = ['publickey', 'keyboard-interactive', 'password'] as const

/**
 * The client's login, up to an offer that waits for an answer: the client is told that it is in, or that it is not,
 * only after the session was opened and the target was reached.
 */
export class ClientLogin {
  connection: Connection | undefined
  readonly #client: Duplex
  readonly #hostKey: ProvenHost
  #pending: AuthContext | undefined
  #requests = 0
  #attempts = 0
  #bytes = 0
  #awaitPerson: () => void = () => undefined
  #offered: (offer: Offer) => void = () => undefined
  #failed: (error: GatewayError) => void = () => undefined

  constructor(client: Duplex, hostKey: ProvenHost) {
    this.#client = client
    this.#hostKey = hostKey
  }

  /** The next offer. Called again when the one before was refused, which the client learns then. */
  async next(signal: AbortSignal, awaitPerson: () => void): Promise<Offer> {
    this.#awaitPerson = awaitPerson
    const aborted = () => this.#failed(signal.reason as GatewayError)
    signal.addEventListener('abort', aborted)
    try {
      return await new Promise<Offer>((resolve, reject) => {
        this.#offered = resolve
        this.#failed = reject
        if (this.connection === undefined) return this.#begin()
        // Clients ask their person for another password before they say anything.
        awaitPerson()
        this.#rejectPending()
      })
    } finally {
      signal.removeEventListener('abort', aborted)
      this.#offered = () => undefined
      this.#failed = () => undefined
    }
  }

  /** Whether the client may make another offer after this one failed. */
  get mayTryAgain(): boolean {
    return this.#pending !== undefined && this.#attempts < maxAttempts
  }

  /** Whether the offer that waits is a key. */
  get isByKey(): boolean {
    return this.#pending?.method === 'publickey'
  }

  /** Only now does the client learn that it is in. */
  letIn(): void {
    this.#client.off('data', this.#count)
    this.#pending?.accept()
    this.#pending = undefined
  }

  #begin(): void {
    const server = new Server(
      {
        hostKeys: [this.#hostKey.key],
        algorithms: clientAlgorithms,
        ident: 'Wardgate',
        keepaliveInterval: keepaliveMillis,
        keepaliveCountMax: maxMissedKeepalives,
      },
      (connection) => {
        this.connection = connection
        reusePackets(connection)
        const { certificate } = this.#hostKey
        if (certificate !== undefined) presentHostCertificate(connection, certificate)
        connection.on('authentication', (context) => this.#authenticate(context))
        connection.on('error', (error) => this.#failed(malformed(error)))
        connection.on('end', () => this.#client.destroy())
      },
    )
    server.on('error', (error: Error) => this.#failed(malformed(error)))
    inject(server, this.#client)
    this.#client.on('data', this.#count)
  }

  readonly #count = (chunk: Uint8Array): void => {
    this.#bytes += chunk.length
    if (this.#bytes <= maxBytesBeforeLogin) return
    const message = `more than ${maxBytesBeforeLogin} bytes before login`
    this.#failed(new ProtocolError('ERR_PROTOCOL_OVERSIZE', message))
    this.#client.destroy()
  }

  #authenticate(context: AuthContext): void {
    this.#requests += 1
    this.#awaitPerson()
    if (this.#requests > maxAuthRequests || Buffer.byteLength(context.username) > maxUserBytes) {
      this.#failed(new AuthError('ERR_AUTH_MISSING', 'too many login attempts on one connection'))
      return
    }
    switch (context.method) {
      case 'password':
        return this.#offer(context, { token: context.password })
      case 'keyboard-interactive':
        return this.#askForToken(context)
      case 'publickey':
        return this.#considerKey(context)
      case 'hostbased':
      case 'none':
        return context.reject([...methods])
    }
  }

  #askForToken(context: KeyboardAuthContext): void {
    const prompts = [{ prompt: 'Token: ', echo: false }]
    context.prompt(prompts, 'Wardgate', `Token for ${context.username}`, (answers) => {
      // The library hands over an error when another request has taken the place of this one.
      const [token = ''] = Array.isArray(answers) ? answers : []
      this.#offer(context, { token })
    })
  }

  #considerKey(context: PublicKeyAuthContext): void {
    const proof = proofOf(context)
    if (proof === 'refused') return context.reject([...methods])
    // Whether the key is registered is for the control plane to say, and it looks at signatures only.
    if (proof === 'unsigned') return context.accept()
    this.#offer(context, { token: '', proof })
  }

  #offer(context: AuthContext, offer: Omit<Offer, 'user'>): void {
    this.#attempts += 1
    const isEmpty = offer.token === '' && offer.proof === undefined
    const isTooLong = Buffer.byteLength(offer.token) > maxTokenBytes
    if (this.#attempts > maxAttempts)
      this.#failed(new AuthError('ERR_AUTH_MISSING', `no valid token in ${maxAttempts} attempts`))
    else if (isEmpty || isTooLong) context.reject([...methods])
    else {
      this.#pending = context
      this.#offered({ user: context.username, ...offer })
    }
  }

  #rejectPending(): void {
    const context = this.#pending
    this.#pending = undefined
    context?.reject([...methods])
  }
}

function malformed(cause: Error): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the SSH handshake failed', { cause })
}
