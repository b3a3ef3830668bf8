import type { Facts } from '@wardgate/policy'
import { estimateFacts } from '@wardgate/policy'

/** What the target expects of a statement. */
export interface Estimate {
  readonly rows: number
  readonly cost: number
}

/** Asks the agent of the session; undefined = the target does not say, or not in time. */
export type AskEstimate = () => Promise<Estimate | undefined>

const estimable = new Set(['select', 'insert', 'update', 'delete', 'merge'])
const changing = new Set(['insert', 'update', 'delete', 'merge'])

/** Whether EXPLAIN takes it and evaluates nothing of the target's own while it plans. */
export function isEstimable({ kind, opaque, detail }: Facts): boolean {
  const labels = labelsOf(detail['sql.statement'])
  const functions = labelsOf(detail['sql.functions'])
  const [label] = labels
  return (
    kind === 'sql' &&
    opaque.length === 0 &&
    labels.length === 1 &&
    estimable.has(label ?? '') &&
    functions.every((name) => name.startsWith('pg_catalog.'))
  )
}

export function changesRows({ detail }: Facts): boolean {
  return labelsOf(detail['sql.statement']).some((label) => changing.has(label))
}

function labelsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** The facts with the estimate, which approvers read in the summary; rules see an absent one as above any bound. */
export function withEstimate(facts: Facts, estimate: Estimate | undefined): Facts {
  if (estimate === undefined)
    return { ...facts, summary: `${facts.summary}, how many rows the target does not say` }
  const { rows, cost } = estimate
  return {
    ...facts,
    summary: `${facts.summary}, about ${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`,
    detail: { ...facts.detail, [estimateFacts.rows]: rows, [estimateFacts.cost]: cost },
  }
}

/** Parsing runs nothing, so nothing is expected of it: its execution is judged on its own. */
export const nothingExpected: Estimate = { rows: 0, cost: 0 }
