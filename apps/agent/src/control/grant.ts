import {
  FsyncPolicy,
  RecordingMode,
  type SessionOpened,
  type TargetAccess,
  TlsMode,
} from '@wardgate/contract'
import type { SessionGrant, TargetCredential, TargetEndpoint, TargetTls } from '@wardgate/gateway'
import { credentialFrom } from './credential'
import { detectorsFrom } from './masking'
import { contractViolation, fromTable } from './violation'

const tlsModes = {
  [TlsMode.TLS_MODE_DISABLE]: 'disable',
  [TlsMode.TLS_MODE_REQUIRE]: 'require',
  [TlsMode.TLS_MODE_VERIFY_FULL]: 'verify-full',
} as const

const fsyncPolicies = {
  [FsyncPolicy.FSYNC_POLICY_BEFORE_FORWARD]: 'before-forward',
  [FsyncPolicy.FSYNC_POLICY_BATCHED]: 'batched',
} as const

export const recordingModes = {
  [RecordingMode.RECORDING_MODE_OFF]: 'off',
  [RecordingMode.RECORDING_MODE_STATEMENTS]: 'statements',
  [RecordingMode.RECORDING_MODE_FULL]: 'full',
} as const

export function grantFrom(opened: SessionOpened): SessionGrant {
  const { target, limits, modes } = opened
  if (
    opened.sessionId === '' ||
    opened.admission.length === 0 ||
    target === undefined ||
    limits === undefined ||
    modes === undefined
  )
    throw contractViolation('an incomplete session')
  return {
    sessionId: opened.sessionId,
    principalId: opened.principalId,
    principalName: opened.principalName,
    connectionId: opened.connectionId,
    ...accessFrom(target),
    limits: {
      idleMillis: limits.idleSeconds * 1000,
      statementMillis: limits.statementSeconds * 1000,
      maxMessageBytes: limits.maxMessageBytes,
    },
    fsync: fromTable(fsyncPolicies, modes.fsync, 'the fsync policy'),
    recording: fromTable(recordingModes, modes.recording, 'the recording mode'),
    ...(modes.readOnly ? { readOnly: true } : {}),
    maskingKey: opened.maskingKey,
    textDetectors: detectorsFrom(opened.textDetectors),
    expiresAt: Number(opened.expiresAt),
    admission: opened.admission,
    ...(opened.memoScope === '' ? {} : { memoScope: opened.memoScope }),
  }
}

/** The way to a target and what unlocks it. */
export interface Access {
  readonly endpoints: readonly TargetEndpoint[]
  readonly tls: TargetTls
  readonly credential: TargetCredential
  readonly revision: string
  readonly database: string
}

export function accessFrom(target: TargetAccess): Access {
  return {
    endpoints: target.endpoints.map(({ host, port }) => ({ host, port })),
    tls: {
      mode: fromTable(tlsModes, target.tlsMode, 'the TLS mode'),
      ...(target.tlsCa === '' ? {} : { ca: target.tlsCa }),
      ...(target.tlsServerName === '' ? {} : { serverName: target.tlsServerName }),
    },
    credential: credentialFrom(target.credential),
    revision: target.revision,
    database: target.database,
  }
}
