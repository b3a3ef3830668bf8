import { Environment, type ParseResult } from '@marcbachmann/cel-js'
import type { PolicyContext } from './context'
import { policyLimits } from './limits'

/** A `when` of a rule: parsed and type-checked, and what it reads. */
export interface Expression {
  readonly source: string
  readonly readsTime: boolean
  /** Whether it reads something that may differ between two texts of one shape. */
  readonly readsText: boolean
  evaluate(variables: ExpressionVariables): ExpressionResult
}

export type ExpressionResult =
  | { readonly kind: 'value'; readonly value: boolean }
  | { readonly kind: 'failed'; readonly reason: string }

export type ExpressionVariables = Readonly<Record<string, unknown>>

const environment = new Environment({ limits: { maxAstNodes: policyLimits.expressionNodes } })
  .registerVariable('principal', {
    schema: {
      id: 'string',
      issuer: 'string',
      subject: 'string',
      name: 'string',
      kind: 'string',
      owner: 'string',
      groups: 'list<string>',
      roles: 'list<string>',
      claims: 'map<string, dyn>',
    },
  })
  .registerVariable('connection', {
    schema: {
      name: 'string',
      protocol: 'string',
      database: 'string',
      labels: 'map<string, string>',
    },
  })
  .registerVariable('facts', {
    schema: {
      kind: 'string',
      summary: 'string',
      actions: 'list<map<string, string>>',
      opaque: 'list<string>',
      risk: { score: 'int' },
      detail: 'map<string, dyn>',
    },
  })
  .registerVariable('context', { schema: { time: 'google.protobuf.Timestamp' } })

/** The expression ready to run, or why it is refused: syntax, an unknown name, or not a yes-or-no answer. */
export function compileExpression(source: string): Expression | { readonly problem: string } {
  let parsed: ParseResult
  try {
    parsed = environment.parse(source)
  } catch (error) {
    return { problem: summarise(error) }
  }
  const checked = parsed.check()
  if (!checked.valid) return { problem: summarise(checked.error) }
  if (checked.type !== 'bool' && checked.type !== 'dyn')
    return { problem: `must be true or false, and is of type ${String(checked.type)}` }
  const reads = readsOf(parsed.ast)
  if (reads.regularExpression)
    return { problem: 'matches() is not offered: use startsWith, endsWith, contains or a glob' }
  return {
    source,
    readsTime: reads.time,
    readsText: reads.text,
    evaluate: (variables) => run(parsed, variables),
  }
}

function run(parsed: ParseResult, variables: ExpressionVariables): ExpressionResult {
  try {
    const value: unknown = parsed(variables)
    return typeof value === 'boolean'
      ? { kind: 'value', value }
      : { kind: 'failed', reason: 'the answer is neither true nor false' }
  } catch (error) {
    return { kind: 'failed', reason: summarise(error) }
  }
}

/** The library's summary only: its message quotes the source over several lines. */
function summarise(error: unknown): string {
  if (error instanceof Error && 'summary' in error && typeof error.summary === 'string')
    return error.summary
  return error instanceof Error ? error.message : 'the expression cannot be evaluated'
}

/** Facts that are the same for every text of one shape as long as the facts say that no literal mattered. */
const shapeStableDetail = new Set([
  'sql.statement',
  'sql.tables',
  'sql.functions',
  'sql.multiStatement',
])

export function isShapeStable(detailKey: string): boolean {
  return shapeStableDetail.has(detailKey)
}

interface Reads {
  time: boolean
  text: boolean
  regularExpression: boolean
}

/** What an expression may read, over-approximated: `facts` as a whole or a computed key counts as the text. */
function readsOf(node: unknown): Reads {
  const reads: Reads = { time: false, text: false, regularExpression: false }
  collect(node, reads)
  return reads
}

function collect(node: unknown, reads: Reads): void {
  if (Array.isArray(node)) for (const part of node) collect(part, reads)
  if (!isNode(node)) return
  const { op, args } = node
  if (op === 'id') {
    if (args === 'context') reads.time = true
    if (args === 'facts') reads.text = true
    return
  }
  if ((op === 'rcall' || op === 'call') && Array.isArray(args) && args[0] === 'matches')
    reads.regularExpression = true
  if (isShapeStableRead(op, args)) return
  if (typeof args === 'object') collect(args, reads)
}

/** `facts.actions`, `facts.kind`, `facts.risk`, `facts.opaque`, `facts.detail["sql.statement"]`. */
function isShapeStableRead(op: string, args: unknown): boolean {
  if (!Array.isArray(args)) return false
  const [target, key] = args as unknown[]
  if (op === '.' && isNode(target) && target.op === 'id' && target.args === 'facts')
    return key === 'actions' || key === 'kind' || key === 'risk' || key === 'opaque'
  if (op === '[]' && isFactsDetail(target))
    return isNode(key) && key.op === 'value' && isShapeStable(String(key.args))
  // `"key" in facts.detail` asks only whether the fact exists.
  return op === 'in' && isNode(target) && target.op === 'value' && isFactsDetail(key)
}

function isFactsDetail(node: unknown): boolean {
  if (!isNode(node) || node.op !== '.' || !Array.isArray(node.args)) return false
  const [target, name] = node.args as unknown[]
  return isNode(target) && target.op === 'id' && target.args === 'facts' && name === 'detail'
}

function isNode(value: unknown): value is { readonly op: string; readonly args: unknown } {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}

/** The context as CEL values: maps for records, so that no key reaches a prototype; whole numbers as int. */
export function expressionVariables(context: PolicyContext): ExpressionVariables {
  const { principal, connection, facts } = context
  return {
    principal: { ...principal, claims: toCel(principal.claims) },
    connection: { ...connection, labels: toCel(connection.labels) },
    facts: {
      kind: facts.kind,
      summary: facts.summary,
      actions: facts.actions.map(({ action, resource }) => toCel({ action, resource })),
      opaque: facts.opaque,
      risk: { score: BigInt(Math.trunc(facts.risk.score)) },
      detail: toCel(facts.detail),
    },
    context: { time: new Date(context.time) },
  }
}

function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(toCel)
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]))
  return value
}
