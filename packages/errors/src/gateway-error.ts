import type { GatewayErrorCode } from './codes'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export interface GatewayErrorOptions {
  /** Whether the message may be shown to the client; otherwise it sees the code and the session id only. */
  expose?: boolean
  logLevel?: LogLevel
  /** Whether the identical call may succeed later without any change on the client's side. */
  retryable?: boolean
  /** What the reader of the message should do next; shown with it. */
  nextStep?: string
  cause?: unknown
}

/** The base of everything Wardgate throws on purpose. `code` is the contract, `message` is for people. */
export abstract class GatewayError extends Error {
  readonly code: GatewayErrorCode
  readonly expose: boolean
  readonly logLevel: LogLevel
  readonly retryable: boolean
  readonly nextStep: string | undefined

  protected constructor(
    code: GatewayErrorCode,
    message: string,
    defaults: Required<Pick<GatewayErrorOptions, 'expose' | 'logLevel' | 'retryable'>>,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.expose = options.expose ?? defaults.expose
    this.logLevel = options.logLevel ?? defaults.logLevel
    this.retryable = options.retryable ?? defaults.retryable
    this.nextStep = options.nextStep
  }
}
