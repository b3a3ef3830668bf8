import { unpackLeaves } from '@wardgate/audit-log'
import { AuditError } from '@wardgate/errors'
import { z } from 'zod'
import type { JsonObject } from '../common/audit-port'
import type { StoredEntry } from './audit-entry'
import { entriesUnreadable } from './damage'

export interface StoredLeaf {
  readonly index: number
  readonly leaf: string
}

const leafSchema = z.object({
  kind: z.string(),
  time: z.string(),
  principalId: z.string().optional(),
  sessionId: z.string().optional(),
  operationId: z.string().optional(),
  agentId: z.string().optional(),
  body: z.record(z.string(), z.unknown()),
})
export type ReadLeaf = Omit<z.output<typeof leafSchema>, 'body'> & { readonly body: JsonObject }

/** Throws when somebody has altered it so that it is no entry any more; whether it is the one that was signed, evidence shows. */
export function readLeaf({ index, leaf }: StoredLeaf): ReadLeaf {
  try {
    const parsed: unknown = JSON.parse(leaf)
    // What JSON.parse makes is JSON all the way down.
    return leafSchema.parse(parsed) as ReadLeaf
  } catch (cause) {
    throw entriesUnreadable({ first: index, end: index + 1 }, cause)
  }
}

/** Undefined = it is no entry any more. */
export function tryToReadLeaf(stored: StoredLeaf): ReadLeaf | undefined {
  try {
    return readLeaf(stored)
  } catch (error) {
    if (error instanceof AuditError) return undefined
    throw error
  }
}

interface Row {
  readonly index: bigint
  readonly kind: string
  readonly time: Date
  readonly leaf: string
  readonly leafHash: Uint8Array
  readonly principalId: string | null
  readonly sessionId: string | null
  readonly operationId: string | null
  readonly agentId: string | null
}

export function entryOfRow({ leaf, leafHash, ...row }: Row): StoredEntry {
  const index = Number(row.index)
  const { body } = readLeaf({ index, leaf })
  return { ...row, index, body, leafHash: Buffer.from(leafHash).toString('hex') }
}

export function entryOfLeaf(index: number, read: ReadLeaf, leafHash: Uint8Array): StoredEntry {
  return {
    index,
    kind: read.kind,
    time: new Date(read.time),
    principalId: read.principalId ?? null,
    sessionId: read.sessionId ?? null,
    operationId: read.operationId ?? null,
    agentId: read.agentId ?? null,
    body: read.body,
    leafHash: Buffer.from(leafHash).toString('hex'),
  }
}

interface SegmentRow {
  readonly firstIndex: bigint
  readonly endIndex: bigint
  readonly leaves: Uint8Array
}

/** All leaves of a segment, in order. */
export function leavesOfSegment({ firstIndex, endIndex, leaves }: SegmentRow): StoredLeaf[] {
  const first = Number(firstIndex)
  return unpackLeaves(leaves, Number(endIndex) - first).map((leaf, at) => ({
    index: first + at,
    leaf,
  }))
}
