import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class RequestError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_REQUEST_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'info', retryable: false }, options)
  }
}
