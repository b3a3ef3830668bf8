import { encodeEntryAround, entryTime, leafHash } from '@wardgate/audit-log'
import type { NewLeaf, SpoolEntry } from './audit-entry'

/** What is read to show one entry; an operation whose outcome lies beyond has a row of its own. */
export const longestSegment = 512
/** In UTF-16 code units. */
const largestSegment = 512 * 1024

/** What agents spooled, without a place in the tree yet: consecutive records of one spool. */
export interface NewSegment {
  readonly agentId: string
  readonly spoolId: string
  readonly firstSequence: number
  readonly leaves: readonly NewLeaf[]
}

/** Of a segment's operations: those that need no row of their own. */
export interface ToldOperations {
  /** Where intent and outcome are among the leaves, 16 bits each, big-endian; both the same for a refused one. */
  readonly places: Uint8Array
  readonly first: string | null
  readonly last: string | null
  readonly statuses: readonly string[]
  /** Null = too many to name. */
  readonly actions: readonly string[] | null
  readonly traceIds: readonly string[]
}

export interface ToldSegment {
  readonly segment: NewSegment
  readonly operations: ToldOperations
}

/** Encodes what comes from one spool, in sequence, and cuts it into segments. */
export function toSegments(entries: readonly SpoolEntry[]): readonly NewSegment[] {
  const segments: NewSegment[] = []
  let leaves: NewLeaf[] = []
  let size = 0
  for (const entry of entries) {
    const leaf = encodeLeaf(entry)
    const isFull = leaves.length === longestSegment || size + leaf.leaf.length > largestSegment
    if (leaves.length === 0 || isFull) {
      leaves = []
      size = 0
      const { agentId, spoolId, sequence: firstSequence } = entry
      segments.push({ agentId, spoolId, firstSequence, leaves })
    }
    leaves.push(leaf)
    size += leaf.leaf.length
  }
  return segments
}

function encodeLeaf(entry: SpoolEntry): NewLeaf {
  const { kind, body, principalId, sessionId, operationId, agentId, spoolId, sequence } = entry
  const time = entryTime(entry.timeMicros)
  const ids = { agentId, spoolId, sequence, principalId, sessionId, operationId }
  const leaf = encodeEntryAround(body, { kind, time, version: 1, ...ids })
  return { kind, time, leaf, leafHash: leafHash(leaf), principalId, sessionId, operationId }
}

/** What a segment is searched by, told from its leaves. */
export function searchedBy(leaves: readonly NewLeaf[]) {
  const kinds = new Set<string>()
  const sessionIds = new Set<string>()
  const principalIds = new Set<string>()
  let [earliest, latest] = ['~', '']
  for (const { kind, time, sessionId, principalId } of leaves) {
    kinds.add(kind)
    if (sessionId !== undefined) sessionIds.add(sessionId)
    if (principalId !== undefined) principalIds.add(principalId)
    if (time < earliest) earliest = time
    if (time > latest) latest = time
  }
  return { kinds, sessionIds, principalIds, earliest, latest }
}
