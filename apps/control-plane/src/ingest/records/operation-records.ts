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
  const operation: NewOperation = {
    ...readOperation(raw, at),
    status: 'forwarded',
    parameters: [...shownParameters(raw.parameters.map(parameter))],
    approvalId: raw.approvalId === '' ? '' : id(raw.approvalId),
  }
  return {
    kind: 'operation.intent',
    sessionId: operation.sessionId,
    operationId: operation.id,
    body: intentBody(raw, operation),
    effect: { kind: 'intent', operation, isToldInFull: isToldInFull(operation) },
  }
}

/** What intents and refusals tell alike of an operation. */
function readOperation(raw: OperationIntent | OperationRefused, at: Date) {
  return {
    id: id(raw.operationId),
    sessionId: id(raw.sessionId),
    operationKind: short(raw.kind),
    summary: short(raw.summary),
    text: redactStatement(clean(raw.text)).slice(0, longestStoredText),
    textDigest: raw.textDigest.toString('hex'),
    textBytes: raw.textBytes,
    parameters: [],
    determinedBy: rules(raw.determinedBy),
    actions: raw.actions.map(({ action, resource }) => short(`${action} ${resource}`)),
    approvalId: '',
    errorCode: '',
    errorMessage: '',
    at,
  }
}

/** Put together by hand, in the order of canonical JSON: it is written for every operation. */
function intentBody({ epoch, fromMemo, parameters: bound }: OperationIntent, of: NewOperation) {
  const parameters = of.parameters.slice(0, mostParametersInLeaf).map(shortened)
  return (
    `{"actions":${canonicalJson(shownActions(of))},"approvalId":"${of.approvalId}",` +
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
  const operation: NewOperation = {
    ...readOperation(raw, at),
    status: 'refused',
    errorCode: short(raw.code),
    errorMessage: short(raw.message),
  }
  return {
    kind: 'operation.refused',
    sessionId: operation.sessionId,
    operationId: operation.id,
    body: canonicalJson({
      actions: shownActions(operation),
      code: operation.errorCode,
      determinedBy: operation.determinedBy,
      kind: operation.operationKind,
      message: operation.errorMessage,
      summary: operation.summary,
      text: cut(operation.text, longestText),
      textBytes: Number(raw.textBytes),
      textDigest: operation.textDigest,
    }),
    effect: { kind: 'intent', operation, isToldInFull: isToldInFull(operation) },
  }
}

const shownActions = ({ actions }: NewOperation): string[] =>
  actions.slice(0, mostActions).map((action) => cut(action, longestAction))

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
