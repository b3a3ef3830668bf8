import { LimitError, type GatewayError } from '@wardgate/errors'

/** Ends a session on which nothing has come or gone for so long; 0 = never. */
export class IdleTimer {
  readonly #timer: NodeJS.Timeout | undefined

  constructor(millis: number, expired: (error: GatewayError) => void) {
    if (millis <= 0) return
    const message = `nothing was sent or received for ${millis} ms`
    this.#timer = setTimeout(() => expired(new LimitError('ERR_LIMIT_IDLE', message)), millis)
  }

  touch(): void {
    this.#timer?.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
