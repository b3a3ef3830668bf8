import {
  type OperationIntent,
  type OperationOutcome,
  type OperationRefused,
  OutcomeStatus,
  type Parameter as WireParameter,
  ValueFormat,
} from '@wardgate/contract'
import { shownParameters } from '../../approvals/shown-parameters'
import type { JsonObject } from '../../common/audit-port'
import { redactStatement } from '../../common/redact-statement'
import { clean } from '../../sessions/claimed'
import { cut, id, known, short } from './fields'
import type { NewOperation, OperationEnd, RecordContent } from './ingested-record'

/** A leaf has at most 65,535 bytes; these keep the sum of its parts below, JSON escapes included. */
const longestText = 6_000
const mostActions = 100
const mostRules = 50
const mostParametersInLeaf = 20
const longestStoredText = 65_536

const outcomes = {
  [OutcomeStatus.OUTCOME_STATUS_SUCCEEDED]: 'succeeded',
  [OutcomeStatus.OUTCOME_STATUS_FAILED]: 'failed',
  [OutcomeStatus.OUTCOME_STATUS_CANCELLED]: 'cancelled',
  [OutcomeStatus.OUTCOME_STATUS_UNKNOWN]: 'unknown',
} as const

export function readIntent(raw: OperationIntent, at: Date): RecordContent {
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

export function readRefused(raw: OperationRefused, at: Date): RecordContent {
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

export function readOutcome(raw: OperationOutcome, at: Date): RecordContent {
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
