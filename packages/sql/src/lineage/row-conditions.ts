import type { Tree } from '../tree'
import { decide, evaluate } from './expression'
import { conjuncts } from './group-size'
import { isNullTest } from './nullness'
import type { Scope } from './scope'
import { influence, influenceByNull, type Work } from './work'

/** WHERE: what it holds decides which rows there are. */
export function decideRows(where: Tree | undefined, scope: Scope, work: Work): void {
  const conditions = where === undefined ? [] : conjuncts(where)
  if (where === undefined || !conditions.some(isNullTest)) {
    decide(where, 'predicate', scope, work)
    return
  }
  // As one, for what its parts let the others do; and each by itself.
  if (conditions.length > 1) evaluate(where, scope, work)
  for (const condition of conditions) {
    const note = isNullTest(condition) ? influenceByNull : influence
    note(work, evaluate(condition, scope, work), 'predicate')
  }
}
