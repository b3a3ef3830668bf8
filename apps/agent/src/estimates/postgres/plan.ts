import type { Estimate } from '@wardgate/contract'
import { z } from 'zod'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Plan Rows': number
  readonly 'Total Cost': number
  readonly 'Parent Relationship'?: string | undefined
  readonly Plans?: readonly PlanNode[] | undefined
}

const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Plan Rows': z.number(),
    'Total Cost': z.number(),
    'Parent Relationship': z.string().optional(),
    Plans: z.array(planNode).optional(),
  }),
)
const explained = z.tuple([z.object({ Plan: planNode })]).rest(z.unknown())

/**
 * Rows and cost of a plan as EXPLAIN (FORMAT JSON) writes it; undefined when it is none. A node that changes rows says
 * how many it returns, which is none without RETURNING: what it takes in counts. Changes within WITH count as well.
 */
export function planEstimate(json: unknown): Estimate | undefined {
  const parsed = explained.safeParse(json)
  if (!parsed.success) return undefined
  const { Plan: top } = parsed.data[0]
  return { rows: Math.max(top['Plan Rows'], changedRows(top)), cost: top['Total Cost'] }
}

function changedRows(node: PlanNode): number {
  const { Plans: inner = [] } = node
  const below = inner.reduce((sum, plan) => sum + changedRows(plan), 0)
  if (node['Node Type'] !== 'ModifyTable') return below
  const sources = inner.filter((plan) => plan['Parent Relationship'] === 'Outer')
  return below + sources.reduce((sum, plan) => sum + plan['Plan Rows'], 0)
}
