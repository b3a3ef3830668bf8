import { parseLeaf, type VerifyOptions } from './bundle'
import { SequenceTracker } from './completeness'
import { History } from './history'
import { equal, leafHash } from './merkle'
import { openCheckpoint, parseVerifierKey } from './note'
import { RangeCheck } from './range'
import { Findings, type Report } from './report'

/** One entry as it is stored. With the stored hash, an altered leaf is named; without, only the log as a whole. */
export interface UnverifiedEntry {
  readonly leaf: string
  readonly leafHash?: Uint8Array
}

/** Checks a whole log, from its first entry to the checkpoint's size, reading each entry once. */
export function verifyLog(
  unverifiedEntries: Iterable<UnverifiedEntry>,
  unverifiedCheckpoint: string,
  { trustedKeys, knownCheckpoints = [] }: VerifyOptions,
): Report {
  const findings = new Findings()
  const keys = trustedKeys.flatMap((line) => parseVerifierKey(line) ?? [])
  const history = new History(findings)
  const checkpoint = openCheckpoint(unverifiedCheckpoint, keys)
  if (typeof checkpoint === 'string') {
    findings.problem({ message: checkpoint })
    return findings.report({ entries: 0 })
  }
  history.add(checkpoint)
  for (const note of knownCheckpoints) {
    const known = openCheckpoint(note, keys)
    if (typeof known === 'string') findings.problem({ message: `a known checkpoint: ${known}` })
    else history.add(known)
  }
  const { size } = checkpoint
  const range = new RangeCheck(
    { first: 0, end: size, left: [], right: [] },
    size,
    history,
    findings,
  )
  const sequences = new SequenceTracker(findings)
  let record = 0
  for (const { leaf, leafHash: stored } of unverifiedEntries) {
    // What came after the checkpoint was signed it says nothing about.
    if (record === size) break
    const computed = leafHash(leaf)
    if (stored !== undefined && !equal(computed, stored)) {
      findings.problem({ record, message: `entry ${record} is not what was logged` })
    }
    range.add(stored ?? computed)
    const value = parseLeaf(leaf)
    if (value === undefined)
      findings.problem({ record, message: `entry ${record} is no JSON object` })
    else sequences.add(record, value, true)
    record++
  }
  range.finish()
  sequences.finish()
  history.finish(size)
  const root = Buffer.from(checkpoint.root).toString('base64')
  return findings.report(
    { checkpoint: { ...checkpoint, root }, entries: record },
    sequences.reached(),
  )
}
