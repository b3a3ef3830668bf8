import {
  GatewayError,
  LimitError,
  ProtocolError,
  TargetError,
  toGatewayError,
} from '@wardgate/errors'
import type { Closing } from '@wardgate/gateway'
import type { Session, TcpipBindInfo } from 'ssh2'
import { disconnectText, refusalText } from '../errors'
import {
  maxChannels,
  maxCommandBytes,
  maxRekeys,
  maxUnreadBytes,
  maxUnusedChannels,
} from '../limits'
import { disconnectReasons, rejectChannel, sendDisconnect } from '../server/raw-messages'
import { ForwardIn } from './forward-in'
import { forwardOut } from './forward-out'
import type { Relaying } from './relaying'
import { SessionChannel } from './session-channel'

/** One logged-in client: its channels, as many as it may have, until either side ends. */
export class Conversation {
  readonly #relaying: Relaying
  readonly #channels = new Set<SessionChannel>()
  readonly #ended = new AbortController()
  #forwards = 0
  #unused = 0
  #rekeys = 0
  #close: (closing: Closing) => void = () => undefined

  constructor(relaying: Relaying) {
    this.#relaying = relaying
  }

  /** Listens before the client is let in: it may send its first request with the next packet. */
  run(signal: AbortSignal, letIn: () => void): Promise<Closing> {
    const { connection, upstream } = this.#relaying
    return new Promise<Closing>((resolve) => {
      this.#close = resolve
      const lost = (cause?: Error) => {
        if (cause instanceof GatewayError) this.end(cause)
        else resolve({ reason: 'target', error: targetLost(cause) })
      }
      upstream.on('error', lost).on('close', () => lost())
      // Its socket's close is noticed by the gateway; an error of the protocol is not.
      connection.on('error', (cause: Error) => {
        const error = broken(cause)
        // At once: the library ends the stream when this returns.
        if (error.code === 'ERR_PROTOCOL_OVERSIZE') this.#refuseUnread(error)
        // Thrown by a listener of ours, which the library takes for an end of its own.
        else if (error === cause) this.tellAll(error)
        resolve({ reason: 'error', error })
      })
      connection.on('end', () => resolve({ reason: 'client' }))
      signal.addEventListener('abort', () =>
        resolve({ reason: 'error', error: toGatewayError(signal.reason) }),
      )
      if (signal.aborted) resolve({ reason: 'error', error: toGatewayError(signal.reason) })
      this.#listen()
      letIn()
    }).finally(() => this.#settleAll())
  }

  /** A client that sends more than the window it was given would fill the memory: the library does not look. */
  checkUnread(): void {
    for (const { unreadBytes } of this.#channels) {
      if (unreadBytes <= maxUnreadBytes) continue
      const message = `more than ${maxUnreadBytes} bytes on a channel that nobody has read`
      this.end(new ProtocolError('ERR_PROTOCOL_OVERSIZE', message))
    }
  }

  /** Why the connection ends: to every channel that something runs in, then to the client itself. */
  tellAll(error: GatewayError): void {
    for (const channel of this.#channels) channel.tell(refusalText(error))
    const { byApplication } = disconnectReasons
    sendDisconnect(this.#relaying.connection, byApplication, disconnectText(error))
  }

  end(error: GatewayError): void {
    this.#close({ reason: 'error', error })
  }

  /** It was most likely a command, for the one of these that waits for it. */
  #refuseUnread(error: GatewayError): void {
    for (const channel of this.#channels) channel.refuseUnread(refusalText(error))
  }

  #settleAll(): void {
    this.#ended.abort()
    for (const channel of this.#channels) channel.abandon()
  }

  #listen(): void {
    const { connection } = this.#relaying
    const forwardIn = new ForwardIn(this.#relaying)
    connection.on('rekey', () => {
      this.#rekeys += 1
      if (this.#rekeys > maxRekeys)
        this.end(new LimitError('ERR_LIMIT_OPERATIONS', `more than ${maxRekeys} key exchanges`))
    })
    connection.on('session', (accept, reject) => {
      if (this.#isFull()) rejectChannel(connection, reject, `more than ${maxChannels} channels`)
      else this.#openSession(accept())
    })
    connection.on('tcpip', (accept, reject, info) => {
      const refuse = (why: string) => rejectChannel(connection, reject, why)
      if (this.#isFull()) return refuse(`more than ${maxChannels} channels`)
      this.#forwards += 1
      const closed = this.#ended.signal
      forwardOut(this.#relaying, { info, accept, reject: refuse, closed })
        .catch(() => undefined) // rejects only when the session has ended
        .finally(() => (this.#forwards -= 1))
    })
    connection.on('request', (accept, reject, name, info) => {
      const answer = { accept: accept ?? ignore, reject: reject ?? ignore }
      if (name === 'tcpip-forward' && isTcp(info)) {
        const request = { host: info.bindAddr, port: info.bindPort, ...answer }
        forwardIn.listen({ ...request, closed: this.#ended.signal }).catch(ignore)
      } else if (name === 'cancel-tcpip-forward' && isTcp(info)) {
        if (forwardIn.cancel(info.bindAddr, info.bindPort)) answer.accept()
        else answer.reject()
      } else answer.reject()
    })
  }

  #isFull(): boolean {
    return this.#channels.size + this.#forwards >= maxChannels
  }

  #openSession(session: Session): void {
    const channel = new SessionChannel(this.#relaying, session)
    this.#channels.add(channel)
    channel.whenClosed(() => {
      this.#channels.delete(channel)
      if (channel.isUsed) return
      this.#unused += 1
      if (this.#unused > maxUnusedChannels)
        this.end(new LimitError('ERR_LIMIT_OPERATIONS', 'too many channels that nothing ran in'))
    })
  }
}

function ignore(): void {
  // The client did not ask for an answer, or is gone.
}

function isTcp(info: object): info is TcpipBindInfo {
  return 'bindAddr' in info && 'bindPort' in info
}

function targetLost(cause: Error | undefined): TargetError {
  return new TargetError('ERR_TARGET_LOST', 'the target closed the connection', { cause })
}

function broken(cause: Error): GatewayError {
  if (cause instanceof GatewayError) return cause
  // The length of a packet is the first thing that does not fit, whether it is too long or was never a length.
  if (cause.message.startsWith('Bad packet length'))
    return new ProtocolError('ERR_PROTOCOL_OVERSIZE', 'a packet longer than 35000 bytes', {
      cause,
      nextStep: `Send a long command as a file or on standard input: one has at most ${maxCommandBytes} bytes.`,
    })
  const message = `the connection cannot go on: ${cause.message}`
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', message, { cause })
}
