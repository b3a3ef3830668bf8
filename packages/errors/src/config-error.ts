import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class ConfigError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_CONFIG_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'error', retryable: false }, options)
  }
}
