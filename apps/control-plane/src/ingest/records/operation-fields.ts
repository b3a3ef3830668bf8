import {
  type EncodedRecord,
  lengthTag,
  type OperationIntent,
  type OperationOutcome,
  type OperationRefused,
  type Parameter,
  varintTag,
} from '@wardgate/contract'
import { tellVerdict, type ToldVerdict, VerdictMemo } from './told-verdict'
import { UsualFields } from './usual-fields'

/** What intents and refusals say alike, before it is checked. */
export interface OperationFields {
  readonly operationId: string
  readonly sessionId: string
  readonly kind: string
  readonly text: string
  /** In hex. */
  readonly textDigest: string
  readonly textBytes: number | bigint
  readonly verdict: ToldVerdict
}

export interface IntentFields extends OperationFields {
  readonly parameters: readonly Parameter[]
  readonly fromMemo: boolean
}

type OutcomeTexts = Pick<
  OperationOutcome,
  'operationId' | 'sessionId' | 'completion' | 'errorCode' | 'errorMessage'
>
type OutcomeNumbers = Pick<OperationOutcome, 'rows' | 'bytes' | 'maskedCells' | 'durationMicros'>

export type OutcomeFields = OutcomeTexts & {
  readonly [K in keyof OutcomeNumbers]: number | bigint
} & { readonly status: number }

/** Numbers of ingest.proto. */
const intentTags = {
  sessionId: lengthTag(1),
  operationId: lengthTag(2),
  kind: lengthTag(3),
  text: lengthTag(5),
  textDigest: lengthTag(6),
  textBytes: varintTag(7),
  parameters: lengthTag(8),
  fromMemo: varintTag(12),
} as const
const outcomeTags = {
  sessionId: lengthTag(1),
  operationId: lengthTag(2),
  status: varintTag(3),
  completion: lengthTag(4),
  rows: varintTag(5),
  bytes: varintTag(6),
  maskedCells: varintTag(7),
  errorCode: lengthTag(8),
  errorMessage: lengthTag(9),
  durationMicros: varintTag(10),
} as const

const memo = new VerdictMemo()

/** Undefined = it is not as agents write it. */
export function usualIntent(record: EncodedRecord): IntentFields | undefined {
  const fields = new UsualFields(record)
  fields.pass(intentTags.sessionId)
  // In the order of evaluation, which is that of the properties.
  const intent = {
    sessionId: record.sessionId,
    operationId: fields.text(intentTags.operationId),
    kind: fields.text(intentTags.kind),
    text: fields.text(intentTags.text),
    textDigest: fields.hex(intentTags.textDigest),
    textBytes: fields.number(intentTags.textBytes),
    parameters: fields.parameters(intentTags.parameters),
    fromMemo: fields.number(intentTags.fromMemo) !== 0,
    verdict: memo.read(record, fields.position),
  }
  return fields.isUsual && isWhole(intent) ? intent : undefined
}

function isWhole<T extends { verdict: unknown }>(
  intent: T,
): intent is T & { verdict: NonNullable<T['verdict']> } {
  return intent.verdict !== undefined
}

export function usualOutcome(record: EncodedRecord): OutcomeFields | undefined {
  const fields = new UsualFields(record)
  fields.pass(outcomeTags.sessionId)
  // In the order of evaluation, which is that of the properties.
  const outcome = {
    sessionId: record.sessionId,
    operationId: fields.text(outcomeTags.operationId),
    status: fields.number(outcomeTags.status),
    completion: fields.text(outcomeTags.completion),
    rows: fields.number(outcomeTags.rows),
    bytes: fields.number(outcomeTags.bytes),
    maskedCells: fields.number(outcomeTags.maskedCells),
    errorCode: fields.text(outcomeTags.errorCode),
    errorMessage: fields.text(outcomeTags.errorMessage),
    durationMicros: fields.number(outcomeTags.durationMicros),
  }
  fields.end()
  return fields.isUsual ? outcome : undefined
}

export function operationFields(raw: OperationIntent | OperationRefused): OperationFields {
  const { operationId, sessionId, kind, text, textBytes } = raw
  const textDigest = raw.textDigest.toString('hex')
  return { operationId, sessionId, kind, text, textBytes, textDigest, verdict: tellVerdict(raw) }
}

export function intentFields(raw: OperationIntent): IntentFields {
  return { ...operationFields(raw), parameters: raw.parameters, fromMemo: raw.fromMemo }
}
