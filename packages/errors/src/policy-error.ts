import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class PolicyError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_POLICY_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'info', retryable: false }, options)
  }
}
