import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class InternalError extends GatewayError {
  constructor(message: string, options?: GatewayErrorOptions) {
    super('ERR_INTERNAL', message, { expose: false, logLevel: 'error', retryable: false }, options)
  }
}

/** What was caught, as a GatewayError: itself, or wrapped so that its text is not shown to the client. */
export function toGatewayError(caught: unknown): GatewayError {
  if (caught instanceof GatewayError) return caught
  return new InternalError('internal error', { cause: caught })
}
