import { Obligation, type OpenSession } from '@wardgate/contract'
import type { OpenRequest } from '@wardgate/gateway'
import { bytesToWire } from './statement'

function keyProofToWire(proof: OpenRequest['unverifiedProof']) {
  if (proof === undefined) return undefined
  const { algorithm, publicKey, signed, signature } = proof
  return {
    algorithm,
    publicKey: bytesToWire(publicKey),
    signed: bytesToWire(signed),
    signature: bytesToWire(signature),
  }
}

/** Everything that a verdict may ask for and `verdictFrom` reads: one that is added there is added here. */
const fulfilled = [
  Obligation.OBLIGATION_ROW_LIMIT,
  Obligation.OBLIGATION_LEASED_ROW_LIMIT,
  Obligation.OBLIGATION_TIME_LIMIT,
  Obligation.OBLIGATION_READ_ONLY,
  Obligation.OBLIGATION_LINES,
  Obligation.OBLIGATION_RECORDING,
  Obligation.OBLIGATION_MASK_COLUMNS,
  Obligation.OBLIGATION_MASK_DETECTORS,
  Obligation.OBLIGATION_MASK_PATHS,
  Obligation.OBLIGATION_MASK_HEADERS,
]

/** `sessionId`: of a session that has begun under an earlier admission; empty = the control plane names it. */
export function openToWire(
  request: OpenRequest,
  { sessionId, traceparent }: { readonly sessionId: string; readonly traceparent: string },
): OpenSession {
  return {
    connectionName: request.connection,
    protocol: request.protocol,
    credential: request.unverifiedCredential,
    database: request.database,
    clientAddress: request.clientAddress,
    listener: request.listener,
    claimed: Object.entries(request.claimed).map(([name, value]) => ({ name, value })),
    keyProof: keyProofToWire(request.unverifiedProof),
    sessionId,
    traceparent,
    fulfils: [...fulfilled],
    checksCatalog: true,
  }
}
