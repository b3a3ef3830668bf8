import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class TargetError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_TARGET_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'warn', retryable: true }, options)
  }
}
