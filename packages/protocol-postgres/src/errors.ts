import {
  type GatewayError,
  type GatewayErrorCode,
  nextStepOf,
  textForClients,
} from '@wardgate/errors'
import { fromUpstream, responseWithFields } from './wire'

/**
 * SQLSTATEs as drivers understand them. Classes 08 and 57P make pools drop the connection, so they stand only
 * where it is lost; 55000 for a pending approval is an ordinary statement error that can be tried again.
 */
const sqlStates: Partial<Record<GatewayErrorCode, string>> = {
  ERR_AUTH_INVALID_TOKEN: '28P01',
  ERR_AUTH_EXPIRED_TOKEN: '28P01',
  ERR_AUTH_WRONG_AUDIENCE: '28P01',
  ERR_AUTH_FORBIDDEN: '28000',
  ERR_AUTH_RATE_LIMITED: '28000',
  ERR_AUTH_TIMEOUT: '28000',
  ERR_POLICY_DENIED: '42501',
  ERR_POLICY_STALE: '40001',
  ERR_POLICY_UNSUPPORTED_CAPABILITY: '0A000',
  ERR_POLICY_INVALID: '42501',
  ERR_APPROVAL_PENDING: '55000',
  ERR_APPROVAL_REJECTED: '42501',
  ERR_APPROVAL_EXPIRED: '42501',
  ERR_APPROVAL_CANCELLED: '57014',
  ERR_APPROVAL_STALE: '42501',
  ERR_APPROVAL_LIMIT: '53400',
  ERR_TARGET_UNREACHABLE: '08001',
  ERR_TARGET_REFUSED_CREDENTIAL: '08004',
  ERR_TARGET_TLS: '08001',
  ERR_TARGET_LOST: '08006',
  ERR_PROTOCOL_MALFORMED: '08P01',
  ERR_PROTOCOL_OVERSIZE: '54000',
  ERR_PROTOCOL_UNSUPPORTED: '0A000',
  ERR_LIMIT_SESSIONS: '53300',
  ERR_LIMIT_LOGINS: '53300',
  ERR_LIMIT_IDLE: '57P05',
  ERR_LIMIT_ROWS: '54000',
  ERR_LIMIT_TIME: '57014',
  ERR_AUDIT_UNAVAILABLE: '58000',
  ERR_AUDIT_CORRUPT: '58000',
  ERR_CONTROL_UNAVAILABLE: '58000',
  ERR_SESSION_KILLED: '57P01',
  ERR_SESSION_DRAINED: '57P01',
}

/** By family, for codes that name no SQLSTATE of their own. */
const familyStates: readonly (readonly [prefix: string, sqlState: string])[] = [
  ['ERR_AUTH_', '28000'],
  ['ERR_POLICY_', '42501'],
  ['ERR_APPROVAL_', '42501'],
  ['ERR_TARGET_', '08006'],
  ['ERR_PROTOCOL_', '08P01'],
  ['ERR_LIMIT_', '54000'],
  ['ERR_AUDIT_', '58000'],
  ['ERR_CONTROL_', '58000'],
  ['ERR_SESSION_', '57P01'],
]

export function sqlStateOf(code: GatewayErrorCode): string {
  const family = familyStates.find(([prefix]) => code.startsWith(prefix))
  return sqlStates[code] ?? family?.[1] ?? 'XX000'
}

/** An error in the client's own protocol. What must not be exposed is named by its code alone. */
export function errorResponse(
  error: GatewayError,
  severity: 'ERROR' | 'FATAL',
  operationId?: string,
): Buffer {
  const operation = operationId === undefined ? '' : ` (operation ${operationId})`
  return responseWithFields(
    fromUpstream.ErrorResponse,
    new Map([
      ['S', severity],
      ['V', severity],
      ['C', sqlStateOf(error.code)],
      ['M', textForClients(error)],
      ['D', `Wardgate ${error.code}${operation}`],
      ['H', nextStepOf(error)],
    ]),
  )
}

export function holdNotice(hold: { approvalId: string; url: string; message: string }): Buffer {
  return responseWithFields(
    fromUpstream.NoticeResponse,
    new Map([
      ['S', 'NOTICE'],
      ['V', 'NOTICE'],
      ['C', '00000'],
      ['M', `waiting for approval ${hold.approvalId}: ${hold.message}`],
      ['D', 'The statement runs when an approver agrees, and is withdrawn when you cancel it.'],
      ['H', hold.url],
    ]),
  )
}
