import { canonicalJson, canonicalString } from '@wardgate/audit-log'
import {
  type OperationRefused,
  OutcomeStatus,
  type Parameter as WireParameter,
  ValueFormat,
} from '@wardgate/contract'
import { loggedParameters } from '../../approvals/shown-parameters'
import type { JsonObject } from '../../common/audit-port'
import { redactStatement } from '../../common/redact-statement'
import { storable } from '../../common/storable-text'
import { claimedTrace } from '../../sessions/operation-search'
import { cut, dateOf, id, known, short } from './fields'
import type { NewOperation, RecordContent } from './ingested-record'
import {
  type IntentFields,
  operationFields,
  type OperationFields,
  type OutcomeFields,
} from './operation-fields'
import type { ToldVerdict } from './told-verdict'

/** A leaf has at most 65,535 bytes; these keep the sum of its parts below, JSON escapes included. */
const longestText = 6_000
const mostParametersInLeaf = 20
const longestParameterInLeaf = 200
const longestStoredText = 65_536

const outcomes = {
  [OutcomeStatus.OUTCOME_STATUS_SUCCEEDED]: 'succeeded',
  [OutcomeStatus.OUTCOME_STATUS_FAILED]: 'failed',
  [OutcomeStatus.OUTCOME_STATUS_CANCELLED]: 'cancelled',
  [OutcomeStatus.OUTCOME_STATUS_UNKNOWN]: 'unknown',
} as const

export function readIntent(fields: IntentFields, timeMicros: number): RecordContent {
  const { parameters: bound, verdict, fromMemo } = fields
  const checked = check(fields)
  const parameters = bound.length === 0 ? [] : loggedParameters(bound.map(parameter))
  const inLeaf = parameters.slice(0, mostParametersInLeaf).map(shortened)
  const { json, approvalId } = verdict
  return {
    kind: 'operation.intent',
    sessionId: checked.sessionId,
    operationId: checked.id,
    // Put together by hand, in the order of canonical JSON: it is written for every operation.
    body:
      `{"actions":${json.actions},"approvalId":"${approvalId}",` +
      `"determinedBy":${json.determinedBy},"epoch":${json.epoch},"fromMemo":${fromMemo},` +
      `"kind":${canonicalString(checked.operationKind)},"parameterCount":${bound.length},` +
      `"parameters":${canonicalJson(inLeaf)},"summary":${json.summary},` +
      `"text":${textInLeaf(checked)},"textBytes":${Number(fields.textBytes)},` +
      `"textDigest":"${fields.textDigest}"}`,
    effect: {
      kind: 'intent',
      id: checked.id,
      status: 'forwarded',
      actions: verdict.actions,
      traceId: claimedTrace(checked.text),
      isToldInFull: isToldInFull(checked, verdict) && areToldInFull(parameters),
      read: () => ({ ...operation(checked, fields, timeMicros), approvalId, parameters }),
    },
  }
}

export function readRefused(raw: OperationRefused, timeMicros: number): RecordContent {
  const fields = operationFields(raw)
  const { verdict, textDigest } = fields
  const checked = check(fields)
  const [errorCode, errorMessage] = [short(raw.code), short(raw.message)]
  const status = 'refused'
  return {
    kind: 'operation.refused',
    sessionId: checked.sessionId,
    operationId: checked.id,
    body:
      `{"actions":${verdict.json.actions},"code":${canonicalString(errorCode)},` +
      `"determinedBy":${verdict.json.determinedBy},` +
      `"kind":${canonicalString(checked.operationKind)},` +
      `"message":${canonicalString(errorMessage)},"summary":${verdict.json.summary},` +
      `"text":${textInLeaf(checked)},"textBytes":${Number(fields.textBytes)},` +
      `"textDigest":"${textDigest}"}`,
    effect: {
      kind: 'intent',
      id: checked.id,
      status,
      actions: verdict.actions,
      traceId: claimedTrace(checked.text),
      isToldInFull: isToldInFull(checked, verdict),
      read: () => ({ ...operation(checked, fields, timeMicros), status, errorCode, errorMessage }),
    },
  }
}

interface Checked {
  readonly id: string
  readonly sessionId: string
  readonly operationKind: string
  readonly text: string
}

function check({ operationId, sessionId, kind, text }: OperationFields): Checked {
  return {
    id: id(operationId),
    sessionId: id(sessionId),
    operationKind: short(kind),
    text: redactStatement(kind, storable(text)).slice(0, longestStoredText),
  }
}

function textInLeaf({ text }: Checked): string {
  return canonicalString(cut(text, longestText))
}

/** As it is forwarded, without parameters. */
function operation(
  checked: Checked,
  { textDigest, textBytes, verdict }: OperationFields,
  timeMicros: number,
): NewOperation {
  const { summary, determinedBy, actions } = verdict
  return {
    ...checked,
    textDigest,
    textBytes,
    summary,
    determinedBy,
    actions,
    parameters: [],
    status: 'forwarded',
    approvalId: '',
    errorCode: '',
    errorMessage: '',
    at: dateOf(timeMicros),
  }
}

/** Whether the entry holds the whole of what is shown of the operation: then nothing else has to. */
function isToldInFull({ text }: Checked, { isInFull }: ToldVerdict): boolean {
  return isInFull && text.length <= longestText
}

function areToldInFull(parameters: readonly JsonObject[]): boolean {
  return (
    parameters.length <= mostParametersInLeaf &&
    parameters.every(
      ({ value }) => typeof value !== 'string' || value.length <= longestParameterInLeaf,
    )
  )
}

export function readOutcome(fields: OutcomeFields, timeMicros: number): RecordContent {
  const operationId = id(fields.operationId)
  const status = known(outcomes, fields.status)
  const { rows, bytes, maskedCells, durationMicros } = fields
  const completion = short(fields.completion)
  const [errorCode, errorMessage] = [short(fields.errorCode), short(fields.errorMessage)]
  return {
    kind: 'operation.outcome',
    sessionId: id(fields.sessionId),
    operationId,
    body:
      `{"bytes":${Number(bytes)},"completion":${canonicalString(completion)},` +
      `"durationMicros":${Number(durationMicros)},"errorCode":${canonicalString(errorCode)},` +
      `"errorMessage":${canonicalString(errorMessage)},"maskedCells":${Number(maskedCells)},` +
      `"rows":${Number(rows)},"status":"${status}"}`,
    effect: {
      kind: 'outcome',
      id: operationId,
      status,
      read: () => {
        const numbers = { rows, bytes, maskedCells, durationMicros }
        const told = { id: operationId, status, completion, errorCode, errorMessage }
        return { ...told, ...numbers, at: dateOf(timeMicros) }
      },
    },
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
