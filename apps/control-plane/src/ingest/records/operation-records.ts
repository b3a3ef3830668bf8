import { canonicalJson, canonicalString } from '@wardgate/audit-log'
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
const longestParameterInLeaf = 200
const longestAction = 100
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
    body: intentBody(raw, operation),
    effect: { kind: 'intent', operation, isToldInFull: isToldInFull(operation) },
  }
}

/** Put together by hand, in the order of canonical JSON: it is written for every operation. */
function intentBody({ epoch, fromMemo, parameters: bound }: OperationIntent, of: NewOperation) {
  const actions = of.actions.slice(0, mostActions).map((action) => cut(action, longestAction))
  const parameters = of.parameters.slice(0, mostParametersInLeaf).map(shortened)
  return (
    `{"actions":${canonicalJson(actions)},"approvalId":"${of.approvalId}",` +
    `"determinedBy":${canonicalJson(of.determinedBy)},"epoch":"${epoch}","fromMemo":${fromMemo},` +
    `"kind":${canonicalString(of.operationKind)},"parameterCount":${bound.length},` +
    `"parameters":${canonicalJson(parameters)},"summary":${canonicalString(of.summary)},` +
    `"text":${canonicalString(cut(of.text, longestText))},"textBytes":${Number(of.textBytes)},` +
    `"textDigest":"${of.textDigest}"}`
  )
}

/** Whether the entry holds the whole of what is shown of the operation: then nothing else has to. */
function isToldInFull({ text, actions, parameters }: NewOperation): boolean {
  return (
    text.length <= longestText &&
    actions.length <= mostActions &&
    actions.every(({ length }) => length <= longestAction) &&
    parameters.length <= mostParametersInLeaf &&
    parameters.every(
      ({ value }) => typeof value !== 'string' || value.length <= longestParameterInLeaf,
    )
  )
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
    body: canonicalJson({
      code: operation.errorCode,
      determinedBy,
      kind: operation.operationKind,
      message: operation.errorMessage,
      text: cut(text, longestText),
      textBytes: Number(raw.textBytes),
      textDigest,
    }),
    effect: { kind: 'intent', operation, isToldInFull: isToldInFull(operation) },
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
    body:
      `{"bytes":${Number(raw.bytes)},"completion":${canonicalString(outcome.completion)},` +
      `"durationMicros":${Number(raw.durationMicros)},` +
      `"errorCode":${canonicalString(outcome.errorCode)},` +
      `"errorMessage":${canonicalString(outcome.errorMessage)},` +
      `"maskedCells":${Number(raw.maskedCells)},"rows":${Number(raw.rows)},` +
      `"status":"${outcome.status}"}`,
    effect: { kind: 'outcome', outcome },
  }
}

function parameter({ type, format, value }: WireParameter) {
  const isText = format === ValueFormat.VALUE_FORMAT_TEXT
  return { type, format: isText ? ('text' as const) : ('binary' as const), value: value ?? null }
}

function shortened(shown: JsonObject): JsonObject {
  const { value } = shown
  return typeof value === 'string' ? { ...shown, value: cut(value, longestParameterInLeaf) } : shown
}

function rules(raw: readonly { policy: string; rule: string }[]): JsonObject[] {
  return raw.slice(0, mostRules).map(({ policy, rule }) => ({
    policy: cut(clean(policy), 100),
    rule: cut(clean(rule), 100),
  }))
}
