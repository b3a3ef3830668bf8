import type { GatewayErrorCode } from '@wardgate/errors'
import { toGatewayError } from '@wardgate/errors'

/** How the process ends; service managers and operators tell causes apart by it. */
export const exitCodes = {
  stopped: 0,
  failed: 1,
  configuration: 2,
  rejected: 3,
  evidence: 4,
} as const

const byCode: Partial<Record<GatewayErrorCode, number>> = {
  ERR_CONFIG_INVALID: exitCodes.configuration,
  ERR_AUTH_INVALID_TOKEN: exitCodes.rejected,
  ERR_AUTH_FORBIDDEN: exitCodes.rejected,
  ERR_AUDIT_CORRUPT: exitCodes.evidence,
}

export function exitCodeOf(error: unknown): number {
  return byCode[toGatewayError(error).code] ?? exitCodes.failed
}
