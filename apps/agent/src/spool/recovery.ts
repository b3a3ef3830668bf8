import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { SpoolRecord } from '@wardgate/contract'
import { AuditError } from '@wardgate/errors'
import { v7 as uuidv7 } from 'uuid'
import { frameAt, hasFrameBehind } from './frame'
import type { SpoolOrigin, SpoolPosition } from './position'
import { readPosition } from './position'
import type { Segment } from './segment'
import { decodeSegmentHeader, listSegments, segmentHeaderBytes } from './segment'
import type { Written } from './write-times'

/** What a folder holds after torn tails were cut off. */
export interface RecoveredSpool {
  readonly spoolId: string
  readonly segments: Segment[]
  readonly nextSequence: number
  readonly acknowledged: number
  /** When some of the records were written, ascending: the first of each segment, and the oldest unacknowledged one. */
  readonly written: readonly Written[]
  /** Set when a new spool begins: its first record says so. */
  readonly created?: SpoolOrigin
}

/** Throws ERR_AUDIT_CORRUPT, with every file left as it is, when the damage is more than a torn tail. */
export function recoverSpool(folder: string): RecoveredSpool {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const position = readPosition(folder)
  const scan = scanSegments(folder, position)
  if (scan === undefined) {
    if (position === undefined) return freshSpool(firstStart)
    return freshSpool({ previousSpoolId: position.spoolId, reason: 'segments are missing' })
  }
  const acknowledged = Math.max(position?.acknowledged ?? 0, scan.firstSequence - 1)
  if (acknowledged >= scan.nextSequence) {
    // Sequence numbers that the control plane has seen would be given out again.
    for (const segment of scan.segments) rmSync(segment.path)
    return freshSpool({
      previousSpoolId: scan.spoolId,
      reason: 'acknowledged records are missing',
    })
  }
  for (const segment of scan.segments) makeDurable(segment.path)
  const { spoolId, segments, nextSequence, written } = scan
  const recovered = { spoolId, segments, nextSequence, acknowledged, written }
  if (nextSequence > 1) return recovered
  return { ...recovered, created: position?.created ?? firstStart }
}

const firstStart: SpoolOrigin = { previousSpoolId: '', reason: 'first start' }

/** After `kill -9` the records may be in the kernel's memory only, and what is not durable may not be sent. */
function makeDurable(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}

function freshSpool(created: SpoolOrigin): RecoveredSpool {
  return {
    spoolId: uuidv7(),
    segments: [],
    nextSequence: 1,
    acknowledged: 0,
    written: [],
    created,
  }
}

interface Scan {
  readonly spoolId: string
  readonly firstSequence: number
  readonly nextSequence: number
  readonly segments: Segment[]
  readonly written: readonly Written[]
}

function scanSegments(folder: string, position: SpoolPosition | undefined): Scan | undefined {
  const files = listSegments(folder)
  const segments: Segment[] = []
  const written: Written[] = []
  const unacknowledged = (position?.acknowledged ?? 0) + 1
  let spoolId = position?.spoolId
  let nextSequence = files[0]?.firstSequence ?? 1
  for (const [index, file] of files.entries()) {
    const last = index === files.length - 1
    const bytes = readFileSync(file.path)
    const header = decodeSegmentHeader(bytes)
    if (header === undefined && last && bytes.length <= segmentHeaderBytes) {
      // The process ended while it made this segment: nothing was ever appended to it.
      rmSync(file.path)
      break
    }
    if (header === undefined) throw corrupt(file.path, 'its header is damaged')
    spoolId ??= header.spoolId
    if (header.spoolId !== spoolId) throw corrupt(file.path, 'it belongs to another spool')
    if (header.firstSequence !== nextSequence || file.firstSequence !== nextSequence) {
      throw corrupt(file.path, `it does not continue at sequence ${nextSequence}`)
    }
    const end = scanFrames(bytes, nextSequence, unacknowledged)
    if (end.offset < bytes.length) {
      if (!last || hasFrameBehind(bytes, end.offset, end.nextSequence)) {
        throw corrupt(file.path, `the record with sequence ${end.nextSequence} is damaged`)
      }
      truncateSync(file.path, end.offset)
    }
    segments.push({ ...file, bytes: end.offset })
    written.push(...end.written)
    nextSequence = end.nextSequence
  }
  const first = segments[0]
  if (first === undefined || spoolId === undefined) return undefined
  return { spoolId, firstSequence: first.firstSequence, nextSequence, segments, written }
}

function scanFrames(bytes: Buffer, first: number, unacknowledged: number) {
  const written: Written[] = []
  let offset = segmentHeaderBytes
  let nextSequence = first
  for (;;) {
    const frame = frameAt(bytes, offset, nextSequence)
    if (frame === undefined) return { offset, nextSequence, written }
    if (nextSequence === first || nextSequence === unacknowledged)
      written.push({ sequence: nextSequence, millis: writtenAt(frame.payload) })
    offset = frame.end
    nextSequence += 1
  }
}

function writtenAt(payload: Buffer): number {
  return Number(SpoolRecord.decode(payload).time) / 1000
}

export function corrupt(path: string, why: string): AuditError {
  return new AuditError('ERR_AUDIT_CORRUPT', `the spool segment ${path} does not verify: ${why}`, {
    retryable: false,
    nextStep:
      'Keep a copy of the spool folder and inform the security team; then move the segment files away: ' +
      'the agent starts a new spool that names this one.',
  })
}
