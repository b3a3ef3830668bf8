import {
  AgentEvent,
  type IngestRequest,
  type OperationIntent,
  type OperationOutcome,
  type OperationRefused,
  OutcomeStatus,
  type SessionStarted,
  type Parameter as WireParameter,
  type SpoolRecord,
  ValueFormat,
} from '@wardgate/contract'
import { AuditError, ProtocolError } from '@wardgate/errors'
import { parseChunk } from '@wardgate/recording'
import { hash } from 'node:crypto'
import type { JsonObject } from '../common/audit-port'
import { redactStatement } from '../common/redact-statement'
import { shownParameters } from '../approvals/shown-parameters'
import { boundedClaims, clean } from '../sessions/claimed'

/** One record of a spool, as the control plane understands it. */
export interface IngestedRecord {
  readonly sequence: number
  readonly timeMicros: bigint
  readonly kind: string
  readonly sessionId?: string
  readonly operationId?: string
  readonly body: JsonObject
  readonly effect?: RecordEffect
}

/** What a record changes beside the audit log. */
export type RecordEffect =
  | {
      readonly kind: 'started'
      readonly rawAdmission: Uint8Array
      readonly clientAddress: string
      readonly claimed: Readonly<Record<string, string>>
      readonly at: Date
    }
  | { readonly kind: 'intent'; readonly operation: NewOperation }
  | { readonly kind: 'outcome'; readonly outcome: OperationEnd }
  | {
      readonly kind: 'ended'
      readonly reason: string
      readonly bytesIn: bigint
      readonly bytesOut: bigint
    }
  | {
      readonly kind: 'chunk'
      readonly index: number
      readonly data: Uint8Array<ArrayBuffer>
      /** SHA-256 of the data. */
      readonly digest: Buffer
      readonly last: boolean
    }

type RecordedChunk = Extract<RecordEffect, { kind: 'chunk' }>

export interface NewOperation {
  readonly id: string
  readonly sessionId: string
  readonly operationKind: string
  readonly summary: string
  readonly text: string
  readonly textDigest: string
  readonly textBytes: bigint
  readonly parameters: JsonObject[]
  readonly status: 'forwarded' | 'refused'
  readonly determinedBy: JsonObject[]
  readonly actions: string[]
  readonly approvalId: string
  readonly errorCode: string
  readonly errorMessage: string
  readonly at: Date
}

export interface OperationEnd {
  readonly id: string
  readonly status: string
  readonly completion: string
  readonly rows: bigint
  readonly bytes: bigint
  readonly maskedCells: bigint
  readonly errorCode: string
  readonly errorMessage: string
  readonly durationMicros: bigint
  readonly at: Date
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** A leaf has at most 65,535 bytes; these keep the sum of its parts below, JSON escapes included. */
const longestText = 6_000
const longestMessage = 2_000
const mostActions = 100
const mostRules = 50
const mostParametersInLeaf = 20
const longestAddress = 200
const longestStoredText = 65_536

const outcomes = {
  [OutcomeStatus.OUTCOME_STATUS_SUCCEEDED]: 'succeeded',
  [OutcomeStatus.OUTCOME_STATUS_FAILED]: 'failed',
  [OutcomeStatus.OUTCOME_STATUS_CANCELLED]: 'cancelled',
  [OutcomeStatus.OUTCOME_STATUS_UNKNOWN]: 'unknown',
} as const

const agentEvents = {
  [AgentEvent.AGENT_EVENT_STARTED]: 'started',
  [AgentEvent.AGENT_EVENT_STOPPED]: 'stopped',
  [AgentEvent.AGENT_EVENT_SPOOL_FULL]: 'spool-full',
  [AgentEvent.AGENT_EVENT_CONTROL_LOST]: 'control-lost',
  [AgentEvent.AGENT_EVENT_CONTROL_RESTORED]: 'control-restored',
} as const

export function readBatch(rawRequest: IngestRequest): {
  readonly spoolId: string
  readonly records: readonly IngestedRecord[]
} {
  return { spoolId: id(rawRequest.spoolId), records: rawRequest.records.map(readRecord) }
}

function readRecord(raw: SpoolRecord): IngestedRecord {
  const sequence = Number(raw.sequence)
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw malformed('a sequence number')
  const position = { sequence, timeMicros: raw.time }
  const at = new Date(Number(raw.time / 1000n))
  if (Number.isNaN(at.getTime())) throw malformed('a time')
  const { entry } = raw
  if (entry === undefined) throw malformed('an entry of a kind that is not known')
  switch (entry.$case) {
    case 'spoolCreated': {
      const { previousSpoolId, reason } = entry.value
      const body = { previousSpoolId: short(previousSpoolId), reason: short(reason) }
      return { ...position, kind: 'spool.created', body }
    }
    case 'sessionStarted':
      return { ...position, ...readStarted(entry.value, at) }
    case 'intent':
      return { ...position, ...readIntent(entry.value, at) }
    case 'outcome':
      return { ...position, ...readOutcome(entry.value, at) }
    case 'refused':
      return { ...position, ...readRefused(entry.value, at) }
    case 'sessionEnded': {
      const { sessionId, reason, errorCode, bytesIn, bytesOut } = entry.value
      return {
        ...position,
        kind: 'session.ended',
        sessionId: id(sessionId),
        body: {
          reason: short(reason),
          errorCode: short(errorCode),
          bytesIn: Number(bytesIn),
          bytesOut: Number(bytesOut),
        },
        effect: { kind: 'ended', reason: short(reason), bytesIn, bytesOut },
      }
    }
    case 'recording': {
      const { sessionId, index, data, last } = entry.value
      const bytes = new Uint8Array(data)
      const digest = hash('sha256', bytes, 'buffer')
      return {
        ...position,
        kind: last ? 'recording.ended' : 'recording.chunk',
        sessionId: id(sessionId),
        body: readChunk({ index, data: bytes, digest, last }, sessionId),
        effect: { kind: 'chunk', index, data: bytes, digest, last },
      }
    }
    case 'loginRefused': {
      const { protocol, clientAddress, connectionName, code, message } = entry.value
      const body = {
        protocol: short(protocol),
        clientAddress: short(clientAddress),
        connection: short(connectionName),
        code: short(code),
        message: short(message),
      }
      return { ...position, kind: 'login.refused', body }
    }
    case 'agentLife': {
      const event = known(agentEvents, entry.value.event)
      return { ...position, kind: `agent.${event}`, body: { detail: short(entry.value.detail) } }
    }
  }
}

type Read = Omit<IngestedRecord, 'sequence' | 'timeMicros'>

function readStarted(raw: SessionStarted, at: Date): Read {
  const clientAddress = cut(clean(raw.clientAddress), longestAddress)
  const claimed = boundedClaims(
    Object.fromEntries(raw.claimed.map(({ name, value }) => [name, value])),
  )
  return {
    kind: 'session.started',
    sessionId: id(raw.sessionId),
    body: { clientAddress, admissionDigest: hash('sha256', raw.admission) },
    effect: { kind: 'started', rawAdmission: raw.admission, clientAddress, claimed, at },
  }
}

function readIntent(raw: OperationIntent, at: Date): Read {
  const operationId = id(raw.operationId)
  const sessionId = id(raw.sessionId)
  const parameters = shownParameters(raw.parameters.map(parameter))
  const determinedBy = rules(raw.determinedBy)
  const actions = raw.actions.map(({ action, resource }) => short(`${action} ${resource}`))
  const approvalId = raw.approvalId === '' ? '' : id(raw.approvalId)
  const text = redactStatement(clean(raw.text))
  const textDigest = raw.textDigest.toString('hex')
  const operation: NewOperation = {
    id: operationId,
    sessionId,
    operationKind: short(raw.kind),
    summary: short(raw.summary),
    text: text.slice(0, longestStoredText),
    textDigest,
    textBytes: raw.textBytes,
    parameters: [...parameters],
    status: 'forwarded',
    determinedBy,
    actions,
    approvalId,
    errorCode: '',
    errorMessage: '',
    at,
  }
  return {
    kind: 'operation.intent',
    sessionId,
    operationId,
    body: {
      actions: actions.slice(0, mostActions).map((action) => cut(action, 100)),
      approvalId,
      determinedBy,
      epoch: raw.epoch.toString(),
      fromMemo: raw.fromMemo,
      kind: operation.operationKind,
      parameterCount: raw.parameters.length,
      parameters: parameters.slice(0, mostParametersInLeaf).map(shortened),
      summary: operation.summary,
      text: cut(text, longestText),
      textBytes: Number(raw.textBytes),
      textDigest,
    },
    effect: { kind: 'intent', operation },
  }
}

function readRefused(raw: OperationRefused, at: Date): Read {
  const operationId = id(raw.operationId)
  const sessionId = id(raw.sessionId)
  const determinedBy = rules(raw.determinedBy)
  const text = redactStatement(clean(raw.text))
  const textDigest = raw.textDigest.toString('hex')
  const operation: NewOperation = {
    id: operationId,
    sessionId,
    operationKind: short(raw.kind),
    summary: '',
    text: text.slice(0, longestStoredText),
    textDigest,
    textBytes: raw.textBytes,
    parameters: [],
    status: 'refused',
    determinedBy,
    actions: [],
    approvalId: '',
    errorCode: short(raw.code),
    errorMessage: short(raw.message),
    at,
  }
  return {
    kind: 'operation.refused',
    sessionId,
    operationId,
    body: {
      kind: operation.operationKind,
      text: cut(text, longestText),
      textDigest,
      textBytes: Number(raw.textBytes),
      code: operation.errorCode,
      message: operation.errorMessage,
      determinedBy,
    },
    effect: { kind: 'intent', operation },
  }
}

function readOutcome(raw: OperationOutcome, at: Date): Read {
  const operationId = id(raw.operationId)
  const outcome: OperationEnd = {
    id: operationId,
    status: known(outcomes, raw.status),
    completion: short(raw.completion),
    rows: raw.rows,
    bytes: raw.bytes,
    maskedCells: raw.maskedCells,
    errorCode: short(raw.errorCode),
    errorMessage: short(raw.errorMessage),
    durationMicros: raw.durationMicros,
    at,
  }
  return {
    kind: 'operation.outcome',
    sessionId: id(raw.sessionId),
    operationId,
    body: {
      bytes: Number(raw.bytes),
      completion: outcome.completion,
      durationMicros: Number(raw.durationMicros),
      errorCode: outcome.errorCode,
      errorMessage: outcome.errorMessage,
      maskedCells: Number(raw.maskedCells),
      rows: Number(raw.rows),
      status: outcome.status,
    },
    effect: { kind: 'outcome', outcome },
  }
}

function parameter({ type, format, value }: WireParameter) {
  const isText = format === ValueFormat.VALUE_FORMAT_TEXT
  return { type, format: isText ? ('text' as const) : ('binary' as const), value: value ?? null }
}

function shortened(shown: JsonObject): JsonObject {
  const { value } = shown
  return typeof value === 'string' ? { ...shown, value: cut(value, 200) } : shown
}

function rules(raw: readonly { policy: string; rule: string }[]): JsonObject[] {
  return raw.slice(0, mostRules).map(({ policy, rule }) => ({
    policy: cut(clean(policy), 100),
    rule: cut(clean(rule), 100),
  }))
}

function short(text: string): string {
  return cut(clean(text), longestMessage)
}

/** Never ends in half a surrogate pair, which canonical JSON refuses. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/\p{Surrogate}$/u, '')
}

function id(text: string): string {
  if (uuidForm.test(text)) return text
  throw malformed('an id')
}

function known<T>(table: Readonly<Record<number, T>>, value: number): T {
  const found = table[value]
  if (found === undefined) throw malformed('a value that is not known')
  return found
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the spool holds ${what} that is not valid`)
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
