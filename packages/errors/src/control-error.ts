import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class ControlError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_CONTROL_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'warn', retryable: true }, options)
  }
}
