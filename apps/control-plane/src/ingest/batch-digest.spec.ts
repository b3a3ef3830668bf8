import { randomUUID } from 'node:crypto'
import { splitIngestRequest, type SpoolRecord } from '@wardgate/contract'
import { longestSegment } from '../audit/segment'
import { spooledRequest } from '../testing/spooled-request'
import { intentEntry, outcomeEntry, spooled } from '../testing/test-spool'
import { digest } from './batch-digest'
import { readRecords } from './records/read-batch'

const sessionId = randomUUID()
const spool = { agentId: randomUUID(), spoolId: randomUUID() }

type Entry = NonNullable<SpoolRecord['entry']>

function digested(entries: readonly Entry[]) {
  const records = entries.map((entry, at) => spooled(at + 1, entry))
  const split = splitIngestRequest(spooledRequest(spool.spoolId, records))
  return digest(spool, new Map([[sessionId, randomUUID()]]), readRecords(split.records))
}

/** Operations one after another, of which as many are under way at once. */
function operations(count: number, atOnce: number): Entry[] {
  const ids = Array.from({ length: count }, () => randomUUID())
  const entries: Entry[] = []
  for (let at = 0; at < count + atOnce; at++) {
    const [begun, ended] = [ids[at], ids[at - atOnce]]
    if (ended !== undefined) entries.push(outcomeEntry(sessionId, ended))
    if (begun !== undefined) entries.push(intentEntry(sessionId, { operationId: begun }))
  }
  return entries
}

describe('a batch', () => {
  it('ends segments where no operation is under way, so that none needs a row', () => {
    const { segments, operations: untold, counts } = digested(operations(1_000, 1))
    expect(untold).toEqual([])
    expect(counts.get(sessionId)).toBe(1_000)
    expect(segments.map(({ packed }) => packed.count % 2)).toEqual(segments.map(() => 0))
    expect(segments.map(({ packed }) => packed.count).reduce((sum, n) => sum + n)).toBe(2_000)
  })

  it('ends a segment where it is full when operations are under way all the time', () => {
    const { segments, operations: untold } = digested(operations(1_000, 3))
    expect(segments.slice(0, -1).map(({ packed }) => packed.count)).toEqual(
      segments.slice(0, -1).map(() => longestSegment),
    )
    // Each segment ends behind an outcome: two of the three are under way.
    expect(untold).toHaveLength(2 * (segments.length - 1))
    expect(untold.every(({ end }) => end?.status === 'succeeded')).toBe(true)
  })

  it('ends one between operations after one whose outcome never comes', () => {
    const lost = intentEntry(sessionId)
    const { segments, operations: untold } = digested([lost, ...operations(1_000, 1)])
    expect(untold).toHaveLength(1 + 1)
    expect(untold[0]?.end).toBeUndefined()
    expect(segments[0]?.packed.count).toBe(longestSegment)
    expect(segments[1]?.packed.count).toBeLessThan(longestSegment)
  })
})
