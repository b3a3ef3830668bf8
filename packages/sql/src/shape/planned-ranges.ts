import { child, flag, isTree, list, text, unwrap, type Tree } from '../tree'

/** What stands in FROM, each an entry of the planner's range table. */
export const rangeKinds: ReadonlySet<string> = new Set([
  'JoinExpr',
  'JsonTable',
  'RangeFunction',
  'RangeSubselect',
  'RangeTableFunc',
  'RangeVar',
])

interface Cte {
  readonly query: Tree
  readonly materialized: string
  references: number
  /** What one copy weighs; 0 while it is being counted, since none is copied into itself. */
  weight?: number
}

interface Scope {
  readonly name: string
  readonly cte: Cte
  readonly outer: Scope | undefined
}

/** The planner puts these in the place of each reference (plan/subselect.c, SS_process_ctes). */
function isCopied({ materialized, references }: Cte): boolean {
  if (references === 0 || materialized === 'CTEMaterializeAlways') return false
  return references === 1 || materialized === 'CTEMaterializeNever'
}

class RangeCount {
  readonly #declared = new Map<Tree, Cte>()
  readonly #meant = new Map<Tree, Cte>()

  /** Finds which CTE each name in FROM means. */
  resolve(value: unknown, scope: Scope | undefined): void {
    if (Array.isArray(value)) for (const item of value) this.resolve(item, scope)
    if (!isTree(value)) return
    const clause = child(value, 'withClause')
    const inner = clause === undefined ? scope : this.#declare(clause, scope)
    for (const key in value) {
      const part = value[key]
      if (key === 'RangeVar' && isTree(part)) this.#refer(part, inner)
      else if (key !== 'withClause') this.resolve(part, inner)
    }
  }

  /** A CTE sees those before it, and with RECURSIVE itself and those after it too. */
  #declare(clause: Tree, outer: Scope | undefined): Scope | undefined {
    const isRecursive = flag(clause, 'recursive')
    const bodies = list(clause, 'ctes').map((item) => unwrap(item).body)
    let scope = outer
    for (const body of bodies) {
      const query = child(body, 'ctequery') ?? {}
      if (!isRecursive) this.resolve(query, scope)
      const cte = { query, materialized: text(body, 'ctematerialized'), references: 0 }
      this.#declared.set(body, cte)
      scope = { name: text(body, 'ctename'), cte, outer: scope }
    }
    if (isRecursive) for (const body of bodies) this.resolve(child(body, 'ctequery'), scope)
    return scope
  }

  #refer(range: Tree, scope: Scope | undefined): void {
    if (text(range, 'schemaname') !== '') return
    const name = text(range, 'relname')
    for (let at = scope; at !== undefined; at = at.outer) {
      if (at.name !== name) continue
      at.cte.references += 1
      this.#meant.set(range, at.cte)
      return
    }
  }

  count(value: unknown): number {
    if (Array.isArray(value))
      return value.reduce((sum: number, item: unknown) => sum + this.count(item), 0)
    if (!isTree(value)) return 0
    let sum = 0
    for (const key in value) {
      const part = value[key]
      if (rangeKinds.has(key)) sum += 1
      if (!isTree(part)) sum += this.count(part)
      else if (key === 'CommonTableExpr') sum += this.#own(part)
      else sum += key === 'RangeVar' ? this.#copied(part) : this.count(part)
    }
    return sum
  }

  #own(body: Tree): number {
    const cte = this.#declared.get(body)
    return cte === undefined || isCopied(cte) ? 0 : this.#weigh(cte)
  }

  #copied(range: Tree): number {
    const cte = this.#meant.get(range)
    return cte !== undefined && isCopied(cte) ? this.#weigh(cte) : 0
  }

  #weigh(cte: Cte): number {
    if (cte.weight === undefined) {
      cte.weight = 0
      cte.weight = this.count(cte.query)
    }
    return cte.weight
  }
}

/** How many range table entries the planner has to do with, with the CTEs that it copies. */
export function plannedRanges(statement: Tree): number {
  const ranges = new RangeCount()
  ranges.resolve(statement, undefined)
  return ranges.count(statement)
}
