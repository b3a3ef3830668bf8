import { hash } from 'node:crypto'
import { AgentEvent, OutcomeStatus, ValueFormat } from '@wardgate/contract'
import {
  type ControlVerdict,
  type Operation,
  type Parameter,
  parametersOf,
  type RuleReference,
  type SpoolEntry,
  textOf,
} from '@wardgate/gateway'
import { ProtoWriter } from './proto-writer'
import type { AgentLifeEvent, AnyEntry } from './record'

/**
 * Writes entries as wardgate.v1.SpoolRecord without making message objects: the audit entry is on the way of
 * every operation. Field numbers are those of ingest.proto; the spec decodes with the generated code.
 */

/** Text beyond this is cut in the entry; the digest is over the whole. */
export const maximumTextChars = 64 * 1024
/** A parameter value beyond this is cut in the entry. */
export const maximumParameterBytes = 16 * 1024
/** Parameters beyond this many are left out of the entry. PostgreSQL's own bound is 65,535. */
export const maximumParameters = 4096
/** All parameter values of one entry together. */
export const maximumParametersBytes = 256 * 1024

const outcomeStatuses = {
  succeeded: OutcomeStatus.OUTCOME_STATUS_SUCCEEDED,
  failed: OutcomeStatus.OUTCOME_STATUS_FAILED,
  cancelled: OutcomeStatus.OUTCOME_STATUS_CANCELLED,
  unknown: OutcomeStatus.OUTCOME_STATUS_UNKNOWN,
} as const

const agentEvents: Record<AgentLifeEvent, number> = {
  started: AgentEvent.AGENT_EVENT_STARTED,
  stopped: AgentEvent.AGENT_EVENT_STOPPED,
  'spool-full': AgentEvent.AGENT_EVENT_SPOOL_FULL,
  'control-lost': AgentEvent.AGENT_EVENT_CONTROL_LOST,
  'control-restored': AgentEvent.AGENT_EVENT_CONTROL_RESTORED,
}

const entryFields: Record<AnyEntry['kind'], number> = {
  'spool-created': 3,
  intent: 4,
  outcome: 5,
  refused: 6,
  'session-ended': 7,
  recording: 8,
  'login-refused': 9,
  'agent-life': 10,
  'session-started': 11,
}

export function encodeRecord(
  writer: ProtoWriter,
  sequence: number,
  timeMicros: number,
  entry: AnyEntry,
): void {
  writer.uint(1, sequence)
  writer.uint(2, timeMicros)
  const body = writer.open(entryFields[entry.kind])
  encodeEntry(writer, entry)
  writer.close(body)
}

function encodeEntry(writer: ProtoWriter, entry: AnyEntry): void {
  switch (entry.kind) {
    case 'intent':
      return encodeIntent(writer, entry)
    case 'outcome':
      return encodeOutcome(writer, entry)
    case 'refused':
      return encodeRefused(writer, entry)
    case 'session-started':
      return encodeStarted(writer, entry)
    case 'session-ended':
      writer.string(1, entry.sessionId)
      writer.string(2, entry.reason)
      writer.string(3, entry.errorCode)
      writer.uint(4, entry.bytesIn)
      return writer.uint(5, entry.bytesOut)
    case 'recording':
      writer.string(1, entry.sessionId)
      writer.uint(2, entry.index)
      writer.bytes(3, entry.data)
      return writer.bool(4, entry.last)
    case 'login-refused':
      writer.string(1, entry.protocol)
      writer.string(2, entry.clientAddress)
      writer.string(3, entry.connection)
      writer.string(4, entry.code)
      return writer.string(5, entry.message)
    case 'spool-created':
      writer.string(1, entry.previousSpoolId)
      return writer.string(2, entry.reason)
    case 'agent-life':
      writer.uint(1, agentEvents[entry.event])
      return writer.string(2, entry.detail)
  }
}

type Entry<K extends SpoolEntry['kind']> = Extract<SpoolEntry, { readonly kind: K }>

function encodeStarted(writer: ProtoWriter, entry: Entry<'session-started'>): void {
  writer.string(1, entry.sessionId)
  writer.bytes(2, entry.admission)
  writer.string(3, entry.clientAddress)
  for (const [name, value] of Object.entries(entry.claimed)) {
    const message = writer.open(4)
    writer.string(1, name)
    writer.string(2, value)
    writer.close(message)
  }
}

function encodeIntent(writer: ProtoWriter, entry: Entry<'intent'>): void {
  const { operation, verdict } = entry
  writer.string(1, entry.sessionId)
  writer.string(2, entry.operationId)
  writer.string(3, operation.kind)
  encodeText(writer, operation, 5)
  encodeParameters(writer, 8, parametersOf(operation))
  writer.bool(12, entry.fromMemo)
  writer.raw(verdictFields(verdict))
}

/** What the memo answers with again and again is written once. */
const fieldsOfVerdict = new WeakMap<ControlVerdict, Uint8Array>()

function verdictFields(verdict: ControlVerdict): Uint8Array {
  const known = fieldsOfVerdict.get(verdict)
  if (known !== undefined) return known
  const writer = new ProtoWriter(512)
  writer.string(4, verdict.summary)
  encodeRules(writer, 9, verdict.determinedBy)
  if (verdict.outcome.kind === 'allow' && verdict.outcome.approvalId !== undefined) {
    writer.string(10, verdict.outcome.approvalId)
  }
  writer.uint(11, Number(verdict.epoch))
  encodeActions(writer, 13, verdict.actions)
  const fields = new Uint8Array(writer.buffer.subarray(0, writer.position))
  fieldsOfVerdict.set(verdict, fields)
  return fields
}

function encodeOutcome(writer: ProtoWriter, entry: Entry<'outcome'>): void {
  const { outcome } = entry
  writer.string(1, entry.sessionId)
  writer.string(2, entry.operationId)
  writer.uint(3, outcomeStatuses[outcome.status])
  writer.string(4, outcome.completion ?? '')
  writer.uint(5, outcome.rows)
  writer.uint(6, outcome.bytes)
  writer.uint(7, outcome.maskedCells)
  if (outcome.error !== undefined) {
    writer.string(8, outcome.error.code)
    writer.string(9, outcome.error.message.slice(0, maximumTextChars))
  }
  writer.uint(10, Math.round(entry.durationMicros))
}

function encodeRefused(writer: ProtoWriter, entry: Entry<'refused'>): void {
  writer.string(1, entry.sessionId)
  writer.string(2, entry.operationId)
  writer.string(3, entry.operation.kind)
  encodeText(writer, entry.operation, 4)
  writer.string(7, entry.code)
  writer.string(8, entry.message)
  if (entry.verdict === undefined) return
  encodeRules(writer, 9, entry.verdict.determinedBy)
  writer.string(10, entry.verdict.summary)
  encodeActions(writer, 11, entry.verdict.actions)
}

/** The text, its digest and its size take three consecutive fields in both messages that have them. */
function encodeText(writer: ProtoWriter, operation: Operation, field: number): void {
  const text = textOf(operation)
  const bytes = Buffer.byteLength(text, 'utf8')
  writer.string(field, text.length > maximumTextChars ? cut(text) : text)
  // As a string: to make a Buffer of its own takes three times as long as the digest.
  writer.binary(field + 1, hash('sha256', text, 'binary'))
  writer.uint(field + 2, bytes)
}

/** Never ends in half a surrogate pair, which UTF-8 could not carry. */
function cut(text: string): string {
  const last = text.charCodeAt(maximumTextChars - 1)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, splitsPair ? maximumTextChars - 1 : maximumTextChars)
}

function encodeParameters(
  writer: ProtoWriter,
  field: number,
  parameters: readonly Parameter[],
): void {
  if (parameters.length === 0) return
  let room = maximumParametersBytes
  for (const parameter of parameters.slice(0, maximumParameters)) {
    const message = writer.open(field)
    writer.uint(1, parameter.type)
    writer.uint(
      2,
      parameter.format === 'binary'
        ? ValueFormat.VALUE_FORMAT_BINARY
        : ValueFormat.VALUE_FORMAT_TEXT,
    )
    if (parameter.value !== null) {
      const kept = parameter.value.subarray(0, Math.min(room, maximumParameterBytes))
      room -= kept.length
      writer.presentBytes(3, kept)
    }
    writer.close(message)
  }
}

function encodeRules(writer: ProtoWriter, field: number, rules: readonly RuleReference[]): void {
  for (const rule of rules) {
    const message = writer.open(field)
    writer.string(1, rule.policy)
    writer.string(2, rule.rule)
    writer.close(message)
  }
}

function encodeActions(
  writer: ProtoWriter,
  field: number,
  actions: ControlVerdict['actions'],
): void {
  for (const action of actions) {
    const message = writer.open(field)
    writer.string(1, action.action)
    writer.string(2, action.resource)
    writer.close(message)
  }
}
