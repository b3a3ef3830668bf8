import type { Routine } from '../catalog'
import { emptyScope } from '../lineage/scope'
import { allOf, derive, nothing, unknownValue, type Outputs, type Value } from '../lineage/value'
import {
  act,
  copyFacts,
  influence,
  maxNesting,
  newFactNotes,
  newLineageNotes,
  opaque,
  visit,
  type Work,
} from '../lineage/work'
import type { Tree } from '../tree'
import { harmlessFunctions } from './built-in-functions'
import { harmlessExtensionFunctions, knownEffect } from './effects'

export interface Call {
  readonly schema: string
  readonly name: string
  readonly values: readonly Value[]
  readonly nodes: readonly Tree[]
  /** VARIADIC stands before the last argument. */
  readonly isSpread?: boolean
}

/** By name; perhaps instead of the built-in function of that name; by the target on its own account. */
export type Manner = 'asked' | 'overload' | 'unseen'

const trustedLanguages = new Set(['internal', 'c'])

export function execute(work: Work, name: string): void {
  act(work, 'execute', `function:${name}`)
  work.facts.functions.add(name)
}

/** An overload of a built-in name that only computes, such as citext's `replace`. */
function isComputingOverload({ kind, language, volatility, builtIn }: Routine): boolean {
  if (volatility !== 'immutable') return false
  return kind === 'aggregate' || (builtIn && trustedLanguages.has(language))
}

/** The functions of information_schema are immutable SQL over their arguments; JDBC's metadata queries call them. */
export function onlyComputes(routine: Routine): boolean {
  if (routine.schema === 'information_schema') return routine.builtIn
  return routine.language === 'c' && harmlessExtensionFunctions.has(routine.name)
}

/** Counts against the bound on nodes, so that functions that call each other cannot multiply without end. */
const bodyCost = 500

function parseBody(work: Work, routine: Routine): readonly Tree[] | undefined {
  const key = `body ${routine.id}`
  if (!work.index.cache.has(key)) work.index.cache.set(key, work.parse(routine.body))
  return work.index.cache.get(key) as readonly Tree[] | undefined
}

/**
 * The body of a SQL function, analysed as if it stood in the statement. What the body decides by its arguments is the
 * function's own doing, like the inside of a built-in; the caller has noted arguments that matter.
 */
function callSqlBody(work: Work, call: Call, routine: Routine): Value {
  const name = `${routine.schema}.${routine.name}`
  const statements = work.nesting < maxNesting ? parseBody(work, routine) : undefined
  if (statements === undefined || !visit(work, bodyCost)) {
    opaque(work, `body of function ${name} cannot be analysed`)
    return unknownValue
  }
  const argument = derive(call.values)
  const inner: Work = { ...work, searchPath: undefined, nesting: work.nesting + 1, candidates: [] }
  let result: Outputs = { columns: [], rest: nothing }
  for (const statement of statements) {
    result = work.query(statement, { ...emptyScope, argument: nothing }, inner)
  }
  return derive([allOf(result), argument])
}

/** SQL that runs with the caller's rights and cannot write is nothing but the text of its body. */
function isTransparent({ language, volatility, securityDefiner, body }: Routine): boolean {
  return language === 'sql' && volatility !== 'volatile' && !securityDefiner && body !== ''
}

function isPlainText(routine: Routine, manner: Manner): boolean {
  if (manner === 'unseen') return isTransparent(routine)
  return manner === 'overload' && routine.language === 'sql' && routine.volatility === 'immutable'
}

/** What a routine that is not the server's own does and what its result depends on. */
export function callRoutine(work: Work, call: Call, routine: Routine, manner: Manner): Value {
  if (onlyComputes(routine)) return derive(call.values)
  const name = `${routine.schema}.${routine.name}`
  const steps = runSteps(work, routine, name)
  if (manner === 'overload' && isComputingOverload(routine)) return derive([...call.values, steps])
  if (!isPlainText(routine, manner)) {
    execute(work, name)
    for (const value of call.values) influence(work, value, 'argument')
    if (routine.securityDefiner) work.facts.riskMarks.add('security-definer')
  }
  if (routine.language === 'sql' && routine.body !== '') return callSqlBody(work, call, routine)
  if (routine.volatility === 'volatile' && !routine.builtIn) {
    opaque(work, `function ${name} is volatile and its body is not analysed`)
  }
  if (!routine.builtIn) work.lineage.callsUnfollowed = true
  return unknownValue
}

/** The steps of an aggregate and the defaults of arguments run with every call. */
function runSteps(work: Work, { kind, builtIn, calls = [] }: Routine, name: string): Value {
  if (builtIn) return nothing
  if (kind === 'aggregate' && calls.length === 0)
    opaque(work, `what aggregate ${name} runs is not in the stored catalog`)
  return runUnseen(work, calls, `${kind} ${name}`)
}

/** What defaults call everywhere, and what an owner lets it do. */
const ordinary = new Set(['nextval', 'currval', 'lastval', 'txid_current', 'pg_current_xact_id'])

function isTrusted({ schema, name, builtIn, volatility, securityDefiner }: Routine): boolean {
  if (!builtIn || securityDefiner) return false
  if (schema === 'pg_catalog') return harmlessFunctions.has(name) || ordinary.has(name)
  if (knownEffect(name) !== undefined) return false
  return volatility !== 'volatile' || harmlessExtensionFunctions.has(name)
}

/** Functions that the target runs though the statement does not name them; `why` says what makes it. */
export function runUnseen(
  work: Work,
  ids: readonly number[],
  why: string,
  values: readonly Value[] = [],
): Value {
  return ids.length === 0 ? nothing : derive(ids.map((id) => runOne(work, id, { why, values })))
}

interface UnseenCall {
  readonly why: string
  readonly values: readonly Value[]
}

function runOne(work: Work, id: number, { why, values }: UnseenCall): Value {
  const routine = work.index.routines.get(id)
  if (routine === undefined || work.nesting >= maxNesting) {
    opaque(work, `${why} calls function ${id}, which cannot be looked into`)
    return unknownValue
  }
  if (isTrusted(routine)) return derive(values)
  const isText = isTransparent(routine)
  const facts = newFactNotes()
  facts.nodes = work.facts.nodes
  // What such a text reads is what its owner lets the caller see anyway; what it calls counts.
  const lineage = isText ? newLineageNotes() : work.lineage
  const { schema, name } = routine
  const call = { schema, name, values, nodes: [] }
  const inner = { ...work, facts, lineage, nesting: work.nesting + 1 }
  const value = callRoutine(inner, call, routine, 'unseen')
  copyFacts(work, facts, { why, leaveOut: isText ? 'read' : undefined })
  work.facts.nodes = facts.nodes
  if (!isText) work.lineage.runsUnseen = true
  return value
}
