import {
  status,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type StatusObject,
} from '@grpc/grpc-js'
import { AuthError, toGatewayError } from '@wardgate/errors'
import type { AgentPeer } from '../agents/agent-process'
import { agentOf } from '../agents/authority.service'
import { normalSerial } from '../common/certificates/authority'

type Call = ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>

/** The agent that the client certificate names; TLS has verified the chain to our authority. */
export function peerAgent(call: Pick<Call, 'getAuthContext'>): string {
  const certificate = call.getAuthContext().sslPeerCertificate
  const name = certificate?.subject.CN
  const id = typeof name === 'string' ? agentOf(name, certificate?.subjectaltname) : undefined
  if (id === undefined)
    throw new AuthError('ERR_AUTH_FORBIDDEN', 'the client certificate names no agent')
  return id
}

/** The certificate itself, and where the call comes from. */
export function peerOf(call: Pick<Call, 'getAuthContext' | 'getPeer'>): AgentPeer {
  const serial = call.getAuthContext().sslPeerCertificate?.serialNumber ?? ''
  return { serial: normalSerial(serial), address: call.getPeer() }
}

/** The one place where an error becomes a gRPC status. */
export function toStatus(
  caught: unknown,
): Partial<StatusObject> & { code: status; details: string } {
  const error = toGatewayError(caught)
  const details = error.expose ? `${error.code}: ${error.message}` : error.code
  return { code: codeOf(error.code), details }
}

function codeOf(code: string): status {
  if (code.startsWith('ERR_PROTOCOL_') || code === 'ERR_REQUEST_INVALID')
    return status.INVALID_ARGUMENT
  if (code === 'ERR_AUTH_INVALID_TOKEN') return status.UNAUTHENTICATED
  if (code.startsWith('ERR_AUTH_')) return status.PERMISSION_DENIED
  if (code === 'ERR_AUDIT_CORRUPT') return status.DATA_LOSS
  if (code === 'ERR_CONTROL_UNAVAILABLE') return status.UNAVAILABLE
  return status.INTERNAL
}
