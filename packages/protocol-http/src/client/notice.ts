import type { GatewayError } from '@wardgate/errors'

/**
 * Something that happens once, if at all, such as the end of a session. A listener costs a small part of what one of an
 * AbortSignal costs; each request has several, and nearly none is ever told.
 */
export class Notice {
  readonly #listeners = new Set<(reason: GatewayError) => void>()
  #reason: GatewayError | undefined
  #controller: AbortController | undefined

  /** Absent = it has not happened. */
  get reason(): GatewayError | undefined {
    return this.#reason
  }

  /** For those who can wait for nothing else; made when it is first asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  /** Told at once when it has happened already. */
  listen(listener: (reason: GatewayError) => void): void {
    if (this.#reason === undefined) this.#listeners.add(listener)
    else listener(this.#reason)
  }

  forget(listener: (reason: GatewayError) => void): void {
    this.#listeners.delete(listener)
  }

  give(reason: GatewayError): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener(reason)
  }
}
