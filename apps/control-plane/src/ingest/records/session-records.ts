import { canonicalJson } from '@wardgate/audit-log'
import type { RecordingChunk, SessionEnded, SessionStarted } from '@wardgate/contract'
import { AuditError } from '@wardgate/errors'
import { parseChunk } from '@wardgate/recording'
import { hash } from 'node:crypto'
import type { JsonObject } from '../../common/audit-port'
import { storable } from '../../common/storable-text'
import { boundedClaims } from '../../sessions/claimed'
import { cut, id, short } from './fields'
import type { RecordContent, RecordedChunk } from './ingested-record'

const longestAddress = 200

export function readStarted(raw: SessionStarted, at: Date): RecordContent {
  const clientAddress = cut(storable(raw.clientAddress), longestAddress)
  const claimed = boundedClaims(
    Object.fromEntries(raw.claimed.map(({ name, value }) => [name, value])),
  )
  return {
    kind: 'session.started',
    sessionId: id(raw.sessionId),
    body: canonicalJson({ admissionDigest: hash('sha256', raw.admission), clientAddress }),
    effect: { kind: 'started', rawAdmission: raw.admission, clientAddress, claimed, at },
  }
}

export function readEnded({
  sessionId,
  reason,
  errorCode,
  bytesIn,
  bytesOut,
}: SessionEnded): RecordContent {
  return {
    kind: 'session.ended',
    sessionId: id(sessionId),
    body: canonicalJson({
      bytesIn: Number(bytesIn),
      bytesOut: Number(bytesOut),
      errorCode: short(errorCode),
      reason: short(reason),
    }),
    effect: { kind: 'ended', reason: short(reason), bytesIn, bytesOut },
  }
}

export function readRecording({ sessionId, index, data, last }: RecordingChunk): RecordContent {
  const bytes = new Uint8Array(data)
  const digest = hash('sha256', bytes, 'buffer')
  return {
    kind: last ? 'recording.ended' : 'recording.chunk',
    sessionId: id(sessionId),
    body: canonicalJson(readChunk({ index, data: bytes, digest, last }, sessionId)),
    effect: { kind: 'chunk', index, data: bytes, digest, last },
  }
}

/** The last chunk's own digest commits to all before it; one that cannot be read is kept, but vouches for itself only. */
function readChunk(
  { index, data, digest, last }: Omit<RecordedChunk, 'kind'>,
  sessionId: string,
): JsonObject {
  const body = { index, bytes: data.length, chunkDigest: digest.toString('hex') }
  if (!last) return body
  try {
    const chunk = parseChunk(data)
    if (chunk.sessionId !== sessionId || chunk.index !== index || !chunk.last) return body
    return { ...body, chunks: index + 1, digest: Buffer.from(chunk.digest).toString('hex') }
  } catch (error) {
    if (error instanceof AuditError) return body
    throw error
  }
}
