import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class LimitError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_LIMIT_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'info', retryable: true }, options)
  }
}
