import type { Findings, Reach } from './report'

interface Spool {
  readonly agentId: string
  readonly spoolId: string
  readonly first: number
  last: number
  /** Of the entry with the number `last`. */
  lastTime: string
  entries: number
  /** Numbers that were jumped over and did not come so far, at most `maxOpen`. */
  readonly open: Map<number, number>
}

/** Gaps of one spool that are remembered, to tell a late entry from a doubled one. */
const maxOpen = 10_000

/** Checks that each spool's sequence numbers come one after another. */
export class SequenceTracker {
  readonly #spools = new Map<string, Spool>()
  readonly #findings: Findings

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Takes the next entry in the order of the log. `fromStart`: the log is whole, so every spool begins with 1. */
  add(record: number, leaf: unknown, fromStart: boolean): void {
    const stamp = stampOf(leaf)
    if (stamp === undefined) return
    const { agentId, spoolId, sequence, time } = stamp
    const key = `${agentId}/${spoolId}`
    let spool = this.#spools.get(key)
    if (spool === undefined) {
      spool = {
        agentId,
        spoolId,
        first: sequence,
        last: fromStart ? 0 : sequence - 1,
        lastTime: '',
        entries: 0,
        open: new Map(),
      }
      this.#spools.set(key, spool)
    }
    spool.entries++
    if (sequence > spool.last) {
      if (sequence > spool.last + 1) spool.open.set(spool.last + 1, sequence - 1)
      if (spool.open.size > maxOpen) this.#missing(spool)
      spool.last = sequence
      spool.lastTime = time
      return
    }
    const kind = fills(spool.open, sequence) ? 'reordered' : 'doubled'
    const message = `entry ${record} has the sequence number ${sequence} after ${spool.last}: ${kind}`
    this.#findings.gap({ kind, agentId, spoolId, first: sequence, last: sequence, record, message })
  }

  /** Compares with what is claimed of a spool: that its entries `first` to `last` are here. */
  claim(agentId: string, spoolId: string, first: number, last: number): boolean {
    const spool = this.#spools.get(`${agentId}/${spoolId}`)
    return spool?.first === first && spool.last === last
  }

  /** How far the entries of each spool go, in the order in which the spools came. */
  reached(): readonly Reach[] {
    return [...this.#spools.values()].map(
      ({ agentId, spoolId, first, last, lastTime, entries }) => {
        return { agentId, spoolId, first, last, lastTime, entries }
      },
    )
  }

  finish(): void {
    for (const spool of this.#spools.values()) this.#missing(spool)
  }

  #missing(spool: Spool): void {
    const { agentId, spoolId, open } = spool
    for (const [first, last] of open) {
      const message = `sequence numbers ${first} to ${last} of the spool ${spoolId} are missing`
      this.#findings.gap({ kind: 'missing', agentId, spoolId, first, last, message })
    }
    open.clear()
  }
}

/** Takes a number out of the gap that it lies in. */
function fills(open: Map<number, number>, sequence: number): boolean {
  for (const [first, last] of open) {
    if (sequence < first || sequence > last) continue
    open.delete(first)
    if (first < sequence) open.set(first, sequence - 1)
    if (sequence < last) open.set(sequence + 1, last)
    return true
  }
  return false
}

function stampOf(leaf: unknown) {
  if (typeof leaf !== 'object' || leaf === null) return undefined
  const { agentId, spoolId, sequence, time } = leaf as Readonly<Record<string, unknown>>
  if (typeof agentId !== 'string' || typeof spoolId !== 'string') return undefined
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence)) return undefined
  return { agentId, spoolId, sequence, time: typeof time === 'string' ? time : '' }
}
