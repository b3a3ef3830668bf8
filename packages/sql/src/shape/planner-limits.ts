import { integer, isTree, text, type Tree } from '../tree'
import { plannedRanges, rangeKinds } from './planned-ranges'

/**
 * What one statement may ask of the target's planner, which looks for a cancel only now and then: thousands of CTEs
 * hold it for minutes and take gigabytes. Far above what people, ORMs and report tools write.
 */
export const plannerLimits = {
  ctes: 300,
  /** Tables, sub-queries, functions and joins; copies that the planner makes of a CTE count too. */
  ranges: 1_000,
  arms: 1_000,
  /** The protocol counts parameters in 16 bits; for a larger number the target makes an array as long. */
  parameter: 65_535,
} as const

class Tally {
  ctes = 0
  ranges = 0
  /** One less than the arms. */
  setOperations = 0
  parameter = 0

  visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.visit(item)
    else if (isTree(value)) {
      if (value['larg'] !== undefined && text(value, 'op') !== '') this.setOperations += 1
      for (const key in value) {
        const part = value[key]
        this.#count(key, part)
        this.visit(part)
      }
    }
  }

  #count(kind: string, body: unknown): void {
    if (kind === 'CommonTableExpr') this.ctes += 1
    else if (rangeKinds.has(kind)) this.ranges += 1
    else if (kind === 'ParamRef' && isTree(body))
      this.parameter = Math.max(this.parameter, integer(body, 'number'))
  }
}

function more(most: number, what: string): string {
  return `statement has more than ${most} ${what}, which could stall the target's planner`
}

/** Why a statement could hold the target's planner; undefined when it could not. */
export function exceededPlannerLimit(statement: Tree): string | undefined {
  const { ctes: mostCtes, ranges: mostRanges, arms, parameter } = plannerLimits
  const tally = new Tally()
  tally.visit(statement)
  if (tally.ctes > mostCtes) return more(mostCtes, 'common table expressions in WITH')
  if (tally.setOperations >= arms) return more(arms, 'arms of UNION, INTERSECT and EXCEPT')
  if (tally.parameter > parameter) return `statement has a parameter numbered above ${parameter}`
  if (tally.ranges > mostRanges || (tally.ctes > 0 && plannedRanges(statement) > mostRanges))
    return more(mostRanges, 'tables, sub-queries and joins in FROM')
  return undefined
}
