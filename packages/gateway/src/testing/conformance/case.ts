import type { ConformanceHarness } from '../conformance-harness'
import type { ConformanceStage } from '../conformance-stage'

export type Case = (stage: ConformanceStage, harness: ConformanceHarness) => Promise<void>

/** By their titles. */
export type Cases = Readonly<Record<string, Case>>

/** Lets everything that is under way in memory arrive. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}
