import type { GatewayErrorCode } from './codes'
import { GatewayError, type GatewayErrorOptions } from './gateway-error'

export class AuditError extends GatewayError {
  constructor(
    code: Extract<GatewayErrorCode, `ERR_AUDIT_${string}`>,
    message: string,
    options?: GatewayErrorOptions,
  ) {
    super(code, message, { expose: true, logLevel: 'error', retryable: true }, options)
  }
}
