import {
  FsyncPolicy,
  type KeyProof as WireKeyProof,
  type OpenSession,
  RecordingMode,
  type SessionOpened,
  type TargetAccess,
  TlsMode,
} from '@wardgate/contract'
import type { KeyProof } from '@wardgate/gateway'
import type { OpenRequest, SessionTarget } from '../../sessions/session'
import type { OpenedSession } from '../../sessions/opening.service'
import { credentialToWire } from './credential'
import { malformed } from './malformed'
import { detectorToWire } from './masking'
import { obligationsOf } from './obligations'

const tlsModes = {
  disable: TlsMode.TLS_MODE_DISABLE,
  require: TlsMode.TLS_MODE_REQUIRE,
  'verify-full': TlsMode.TLS_MODE_VERIFY_FULL,
} as const

const fsyncPolicies = {
  'before-forward': FsyncPolicy.FSYNC_POLICY_BEFORE_FORWARD,
  batched: FsyncPolicy.FSYNC_POLICY_BATCHED,
} as const

export const recordingModes = {
  off: RecordingMode.RECORDING_MODE_OFF,
  statements: RecordingMode.RECORDING_MODE_STATEMENTS,
  full: RecordingMode.RECORDING_MODE_FULL,
} as const

const longestName = 200
const longestCredential = 65_536
const longestKeyPart = 16_384
/** RFC 9562, section 5.7, in lower case: one session has one spelling of its id. */
const newId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function openRequestOf(raw: OpenSession): OpenRequest {
  const { connectionName, credential, database, protocol, clientAddress, listener } = raw
  const names = [connectionName, protocol, database, clientAddress, listener]
  if (names.some((name) => name.length > longestName || /[\0\n\r]/.test(name)))
    throw malformed('a name that is too long or not plain')
  if (credential.length > longestCredential) throw malformed('a credential that is too long')
  return {
    connection: connectionName,
    protocol,
    rawCredential: credential,
    database,
    clientAddress,
    listener,
    claimed: Object.fromEntries(raw.claimed.map(({ name, value }) => [name, value])),
    fulfils: obligationsOf(raw.fulfils),
    ...(raw.keyProof === undefined ? {} : { rawKeyProof: keyProofOf(raw.keyProof) }),
    ...(raw.sessionId === '' ? {} : { sessionId: newIdOf(raw.sessionId) }),
  }
}

function newIdOf(rawId: string): string {
  if (newId.test(rawId)) return rawId
  throw malformed('an id of a session that is no UUIDv7')
}

function keyProofOf({ algorithm, publicKey, signed, signature }: WireKeyProof): KeyProof {
  const parts = [publicKey, signed, signature]
  if (algorithm.length > longestName || parts.some(({ length }) => length > longestKeyPart))
    throw malformed('a proof of a key that is too long')
  return { algorithm, publicKey, signed, signature }
}

export function openedToWire(opened: OpenedSession, epoch: bigint): SessionOpened {
  const { session, terms, admission, admitsSeconds } = opened
  const { target, principal } = session
  return {
    sessionId: session.id,
    principalId: principal.id,
    principalName: principal.name,
    connectionId: target.connectionId,
    target: accessToWire(target, session.database),
    limits: target.limits,
    modes: {
      fsync: fsyncPolicies[target.fsync],
      recording: recordingModes[target.recording],
      readOnly: terms.readOnly,
    },
    epoch,
    maskingKey: Buffer.from(terms.maskingKey),
    textDetectors: terms.textDetectors.map(detectorToWire),
    expiresAt: BigInt(session.identity.expiresAt.getTime()),
    memoScope: terms.memoScope,
    admission: Buffer.from(admission),
    admitsSeconds,
  }
}

export function accessToWire(target: SessionTarget, database: string): TargetAccess {
  return {
    endpoints: target.endpoints.map(({ host, port }) => ({ host, port })),
    tlsMode: tlsModes[target.tls.mode],
    tlsCa: target.tls.ca ?? '',
    tlsServerName: target.tls.serverName ?? '',
    credential: credentialToWire(target.credential),
    revision: target.revision,
    database,
  }
}
