import { z } from 'zod'
import { leavesOfSegment, readLeaf, type ReadLeaf, type StoredLeaf } from '../audit/stored-entry'
import { entriesUnreadable } from '../audit/damage'
import type { Operation } from './operation'
import { claimedTrace, searchableActions } from './operation-search'

const intentSchema = z.object({
  kind: z.string(),
  summary: z.string().default(''),
  text: z.string(),
  textDigest: z.string(),
  textBytes: z.number(),
  parameters: z.array(z.record(z.string(), z.json())).default([]),
  determinedBy: z.array(z.object({ policy: z.string(), rule: z.string() })),
  actions: z.array(z.string()).default([]),
  approvalId: z.string().default(''),
  /** Of a refused one. */
  code: z.string().default(''),
  message: z.string().default(''),
})
const outcomeSchema = z.object({
  status: z.string(),
  completion: z.string(),
  rows: z.number(),
  bytes: z.number(),
  maskedCells: z.number(),
  errorCode: z.string(),
  errorMessage: z.string(),
  durationMicros: z.number(),
})

interface SegmentRow {
  readonly firstIndex: bigint
  readonly endIndex: bigint
  readonly leaves: Uint8Array
  readonly operations: Uint8Array
}

/** The operations that a segment tells whole; `word` is in the text of those that are wanted. */
export function operationsOfSegment(segment: SegmentRow, word: string): Operation[] {
  const leaves = leavesOfSegment(segment)
  const { buffer, byteOffset, byteLength } = segment.operations
  const places = Buffer.from(buffer, byteOffset, byteLength)
  const found: Operation[] = []
  for (let at = 0; at + 4 <= places.length; at += 4) {
    const intent = leaves[places.readUInt16BE(at)]
    const outcome = leaves[places.readUInt16BE(at + 2)]
    if (intent === undefined || outcome === undefined || !intent.leaf.includes(word)) continue
    found.push(operationOf(intent, outcome))
  }
  return found
}

function operationOf(intent: StoredLeaf, outcome: StoredLeaf): Operation {
  const begun = readLeaf(intent)
  const told = intentSchema.safeParse(begun.body)
  const { sessionId, operationId: id } = begun
  if (!told.success || sessionId === undefined || id === undefined)
    throw entriesUnreadable({ first: intent.index, end: intent.index + 1 }, told.error)
  const { code, message, approvalId, kind, summary, text, parameters, determinedBy } = told.data
  const end =
    outcome === intent
      ? { ...refused, errorCode: code, errorMessage: message }
      : endOf(outcome, readLeaf(outcome))
  return {
    id,
    sessionId,
    kind,
    summary,
    text,
    textDigest: Buffer.from(told.data.textDigest, 'hex'),
    textBytes: BigInt(told.data.textBytes),
    parameters,
    determinedBy,
    actions: searchableActions(told.data.actions),
    approvalId: approvalId === '' ? null : approvalId,
    traceId: claimedTrace(text),
    startedAt: new Date(begun.time),
    ...end,
  }
}

const refused = {
  status: 'refused',
  completion: '',
  rows: 0n,
  bytes: 0n,
  maskedCells: 0n,
  durationMicros: null,
  endedAt: null,
}

function endOf(outcome: StoredLeaf, { time, body }: ReadLeaf) {
  const { success, data, error } = outcomeSchema.safeParse(body)
  if (!success) throw entriesUnreadable({ first: outcome.index, end: outcome.index + 1 }, error)
  return {
    ...data,
    rows: BigInt(data.rows),
    bytes: BigInt(data.bytes),
    maskedCells: BigInt(data.maskedCells),
    durationMicros: BigInt(data.durationMicros),
    endedAt: new Date(time),
  }
}
