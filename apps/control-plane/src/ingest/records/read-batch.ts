import { canonicalJson } from '@wardgate/audit-log'
import {
  AgentEvent,
  type EncodedRecord,
  splitIngestRequest,
  spoolField,
  type SpoolRecord,
} from '@wardgate/contract'
import { ProtocolError } from '@wardgate/errors'
import { dateOf, id, known, malformed, short } from './fields'
import type { IngestedRecord, RecordContent } from './ingested-record'
import { intentFields, usualIntent, usualOutcome } from './operation-fields'
import { readIntent, readOutcome, readRefused } from './operation-records'
import { readEnded, readRecording, readStarted } from './session-records'

const agentEvents = {
  [AgentEvent.AGENT_EVENT_STARTED]: 'started',
  [AgentEvent.AGENT_EVENT_STOPPED]: 'stopped',
  [AgentEvent.AGENT_EVENT_SPOOL_FULL]: 'spool-full',
  [AgentEvent.AGENT_EVENT_CONTROL_LOST]: 'control-lost',
  [AgentEvent.AGENT_EVENT_CONTROL_RESTORED]: 'control-restored',
} as const

/** Records are decoded when they are taken in: most of a batch need not be held longer. */
export function readBatch(rawRequest: Uint8Array): {
  readonly spoolId: string
  readonly records: readonly EncodedRecord[]
} {
  const { spoolId, records } = wellFormed(() => splitIngestRequest(rawRequest))
  for (const { sequence } of records)
    if (!Number.isSafeInteger(sequence) || sequence < 1) throw malformed('a sequence number')
  return { spoolId: id(spoolId), records }
}

function wellFormed<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof ProtocolError ? error : malformed('a message')
  }
}

/** Whether a process of the agent begins with it. */
export function startsLife(record: EncodedRecord): boolean {
  if (record.entryField !== spoolField.agentLife) return false
  const { entry } = wellFormed(() => record.decode())
  return entry?.$case === 'agentLife' && entry.value.event === AgentEvent.AGENT_EVENT_STARTED
}

/** The sessions that records tell of. */
export function sessionsOf(records: readonly EncodedRecord[]): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const { sessionId } of records)
    if (sessionId !== '' && !ids.has(sessionId)) ids.add(id(sessionId))
  return ids
}

/** One after the other, when it is asked for. */
export function* readRecords(records: readonly EncodedRecord[]): Generator<IngestedRecord> {
  for (const record of records) yield readRecord(record)
}

export function readRecord(record: EncodedRecord): IngestedRecord {
  const { sequence } = record
  const usual = Number.isSafeInteger(record.time) ? readUsual(record) : undefined
  if (usual !== undefined) return placed(usual, sequence, record.time)
  const { time, entry } = wellFormed(() => record.decode())
  const timeMicros = Number(time)
  if (Number.isNaN(dateOf(timeMicros).getTime())) throw malformed('a time')
  if (entry === undefined) throw malformed('an entry of a kind that is not known')
  return placed(readEntry(entry, timeMicros), sequence, timeMicros)
}

/** Property by property: to spread an object costs more than all else that is done with one. */
function placed(content: RecordContent, sequence: number, timeMicros: number): IngestedRecord {
  const { kind, sessionId, operationId, body, effect } = content
  return { sequence, timeMicros, kind, sessionId, operationId, body, effect }
}

/** What nearly every record is, when it is written as agents do. */
function readUsual(record: EncodedRecord): RecordContent | undefined {
  if (record.entryField === spoolField.intent) {
    const fields = wellFormed(() => usualIntent(record))
    return fields && readIntent(fields, record.time)
  }
  if (record.entryField === spoolField.outcome) {
    const fields = wellFormed(() => usualOutcome(record))
    return fields && readOutcome(fields, record.time)
  }
  return undefined
}

function readEntry(entry: NonNullable<SpoolRecord['entry']>, timeMicros: number): RecordContent {
  switch (entry.$case) {
    case 'spoolCreated': {
      const { previousSpoolId, reason } = entry.value
      const body = { previousSpoolId: short(previousSpoolId), reason: short(reason) }
      return { kind: 'spool.created', body: canonicalJson(body) }
    }
    case 'sessionStarted':
      return readStarted(entry.value, dateOf(timeMicros))
    case 'intent':
      return readIntent(intentFields(entry.value), timeMicros)
    case 'outcome':
      return readOutcome(entry.value, timeMicros)
    case 'refused':
      return readRefused(entry.value, timeMicros)
    case 'sessionEnded':
      return readEnded(entry.value)
    case 'recording':
      return readRecording(entry.value)
    case 'loginRefused': {
      const { protocol, clientAddress, connectionName, code, message } = entry.value
      const body = {
        protocol: short(protocol),
        clientAddress: short(clientAddress),
        connection: short(connectionName),
        code: short(code),
        message: short(message),
      }
      return { kind: 'login.refused', body: canonicalJson(body) }
    }
    case 'agentLife': {
      const event = known(agentEvents, entry.value.event)
      const body = canonicalJson({ detail: short(entry.value.detail) })
      return { kind: `agent.${event}`, body }
    }
  }
}
