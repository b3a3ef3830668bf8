import type { SessionRequest, SessionResponse } from '@wardgate/contract'
import { type GatewayError, toGatewayError } from '@wardgate/errors'
import type { SessionStream } from './session-surroundings'
import type { SessionWord } from './session-words'
import { contractViolation, unavailable } from './violation'

export type SessionAsk = NonNullable<SessionRequest['message']>

interface Heard {
  /** What it throws breaks the contract, and the stream with it. */
  readonly word: (word: SessionWord) => void
  readonly violation: (error: GatewayError) => void
  /** The stream has ended. `lost`: also the session with it, which had not been closed. */
  readonly ended: (lost: Error | undefined) => void
}

/** One for all: it tells nothing but this. */
const isClosed = unavailable('the session is closed')

/** The stream of one session. What the control plane says over it is heard until it is handed back. */
export class SessionLink {
  readonly #stream: SessionStream
  readonly #heard: Heard
  #lost: Error | undefined

  constructor(stream: SessionStream, heard: Heard) {
    this.#stream = stream
    this.#heard = heard
    stream.on('data', this.#receive).on('error', this.#lose).on('end', this.#lose)
  }

  /** Why nothing can be asked over it any more. */
  get lost(): Error | undefined {
    return this.#lost
  }

  send(message: SessionAsk): void {
    this.#stream.write({ message })
  }

  /** Nothing more is asked; the control plane may still have a last word. Returns why nothing can be. */
  close(): Error {
    return (this.#lost ??= isClosed)
  }

  cancel(): void {
    this.#stream.cancel()
  }

  end(): void {
    this.#stream.end()
  }

  /** The stream, for another session. */
  handBack(): SessionStream {
    const stream = this.#stream
    return stream.off('data', this.#receive).off('error', this.#lose).off('end', this.#lose)
  }

  readonly #receive = ({ message }: SessionResponse): void => {
    try {
      if (message === undefined) throw contractViolation('an unknown session message')
      this.#heard.word(message)
    } catch (caught) {
      const error = toGatewayError(caught)
      this.#heard.violation(error)
      this.#stream.cancel()
      this.#lose(error)
    }
  }

  readonly #lose = (cause?: unknown): void => {
    if (this.#lost !== undefined) return this.#heard.ended(undefined)
    this.#lost = unavailable('the link to the control plane was lost', cause)
    this.#heard.ended(this.#lost)
  }
}
