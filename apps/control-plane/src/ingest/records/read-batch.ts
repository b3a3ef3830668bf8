import { canonicalJson } from '@wardgate/audit-log'
import { AgentEvent, type EncodedRecord, splitIngestRequest, spoolField } from '@wardgate/contract'
import { id, known, malformed, short } from './fields'
import type { IngestedRecord } from './ingested-record'
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
  } catch {
    throw malformed('a message')
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
  const raw = wellFormed(() => record.decode())
  const position = { sequence, timeMicros: raw.time }
  const at = new Date(Number(raw.time / 1000n))
  if (Number.isNaN(at.getTime())) throw malformed('a time')
  const { entry } = raw
  if (entry === undefined) throw malformed('an entry of a kind that is not known')
  switch (entry.$case) {
    case 'spoolCreated': {
      const { previousSpoolId, reason } = entry.value
      const body = { previousSpoolId: short(previousSpoolId), reason: short(reason) }
      return { ...position, kind: 'spool.created', body: canonicalJson(body) }
    }
    case 'sessionStarted':
      return { ...position, ...readStarted(entry.value, at) }
    case 'intent':
      return { ...position, ...readIntent(entry.value, at) }
    case 'outcome':
      return { ...position, ...readOutcome(entry.value, at) }
    case 'refused':
      return { ...position, ...readRefused(entry.value, at) }
    case 'sessionEnded':
      return { ...position, ...readEnded(entry.value) }
    case 'recording':
      return { ...position, ...readRecording(entry.value) }
    case 'loginRefused': {
      const { protocol, clientAddress, connectionName, code, message } = entry.value
      const body = {
        protocol: short(protocol),
        clientAddress: short(clientAddress),
        connection: short(connectionName),
        code: short(code),
        message: short(message),
      }
      return { ...position, kind: 'login.refused', body: canonicalJson(body) }
    }
    case 'agentLife': {
      const event = known(agentEvents, entry.value.event)
      const body = canonicalJson({ detail: short(entry.value.detail) })
      return { ...position, kind: `agent.${event}`, body }
    }
  }
}
