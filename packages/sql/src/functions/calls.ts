import type { Routine } from '../catalog'
import { emptyScope } from '../lineage/scope'
import { allOf, derive, nothing, unknownValue, type Outputs, type Value } from '../lineage/value'
import { act, influence, maxNesting, opaque, visit, type Work } from '../lineage/work'
import { findRoutines } from '../names/catalog-index'
import { stringConstant, type Tree } from '../tree'
import { isPlainTemplate } from './array-shapes'
import { harmlessFunctions } from './built-in-functions'
import { builtInTypes } from './built-in-sets'
import { harmlessExtensionFunctions, knownEffect, type FunctionEffect } from './effects'
import { isSafeDocument } from './safe-documents'
import { canFailBy, failsForColumns } from './total-functions'

export interface Call {
  readonly schema: string
  readonly name: string
  readonly values: readonly Value[]
  readonly nodes: readonly Tree[]
}

const trustedLanguages = new Set(['internal', 'c'])

function execute(work: Work, name: string): void {
  act(work, 'execute', `function:${name}`)
  work.facts.functions.add(name)
}

function applyEffect(work: Work, call: Call, effect: FunctionEffect, name: string): Value {
  for (const value of call.values) influence(work, value, 'argument')
  work.facts.literalsMatter = true
  work.facts.functions.add(name)
  if (effect.execute) execute(work, name)
  if (effect.opaque !== undefined) opaque(work, `function ${name} ${effect.opaque}`)
  act(work, effect.action, effectResource(effect, call, name))
  return effect.unknownResult ? unknownValue : derive(call.values)
}

function effectResource(effect: FunctionEffect, call: Call, name: string): string {
  if (effect.resource.includes(':')) return effect.resource
  if (effect.resource === 'function') return `function:${name}`
  const target = stringConstant(call.nodes[0])
  const normal = effect.resource === 'setting' ? target?.toLowerCase() : target
  return `${effect.resource}:${normal ?? '*'}`
}

/** A user's overload of a built-in name that only computes, such as citext's `replace`. */
function isComputingOverload(routine: Routine): boolean {
  if (routine.volatility !== 'immutable') return false
  return routine.kind === 'aggregate' || trustedLanguages.has(routine.language)
}

/** The functions of information_schema are immutable SQL over their arguments; JDBC's metadata queries call them. */
function onlyComputes(routine: Routine): boolean {
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

function callUser(work: Work, call: Call, routine: Routine, overloads: boolean): Value {
  if (onlyComputes(routine)) return derive(call.values)
  if (overloads && isComputingOverload(routine)) return derive(call.values)
  const name = `${routine.schema}.${routine.name}`
  const pureSql = overloads && routine.language === 'sql' && routine.volatility === 'immutable'
  if (!pureSql) {
    execute(work, name)
    for (const value of call.values) influence(work, value, 'argument')
    if (routine.securityDefiner) work.facts.riskMarks.add('security-definer')
  }
  if (routine.language === 'sql' && routine.body !== '') return callSqlBody(work, call, routine)
  if (routine.volatility === 'volatile' && !routine.builtIn) {
    opaque(work, `function ${name} is volatile and its body is not analysed`)
  }
  return unknownValue
}

function callUnknown(work: Work, call: Call): Value {
  const types = work.index.typesByName.get(call.name) ?? []
  const isType = types.length > 0 || (call.schema === '' && builtInTypes.has(call.name))
  if (isType && call.values.length === 1) return derive(call.values)
  const name = `${call.schema === '' ? '*' : call.schema}.${call.name}`
  execute(work, name)
  for (const value of call.values) influence(work, value, 'argument')
  opaque(work, `unknown function ${call.schema === '' ? '' : `${call.schema}.`}${call.name}`)
  return unknownValue
}

/** What only computes shows nothing but its result, unless whether it fails depends on the value. */
function noteFailures(work: Work, call: Call): void {
  for (const [position, value] of call.values.entries())
    if (canFail(call, position, value)) influence(work, value, 'argument')
}

function canFail(call: Call, position: number, value: Value): boolean {
  const { name, nodes } = call
  if (name === 'array_agg') return value.isBentArray === true
  if (name === 'format') return position === 0 || !isPlainTemplate(nodes[0])
  if (name === 'hstore')
    return value.fields === undefined && (nodes.length === 1 || value.isBentArray === true)
  if (!failsForColumns(name, position) && (value.plain || value.isPart === true)) return false
  return canFailBy(name, position) && !isSafeDocument(call, position)
}

/** What a call does and what its result depends on. Every routine that the name can mean counts. */
export function evaluateCall(work: Work, call: Call): Value {
  const mayBeBuiltIn = call.schema === '' || call.schema === 'pg_catalog'
  const found = findRoutines(work.index, work.searchPath, call.schema, call.name)
  const users = found.filter((routine) => routine.schema !== 'pg_catalog')
  const harmless = mayBeBuiltIn && harmlessFunctions.has(call.name)
  const effect = harmless ? undefined : knownEffect(call.name)
  if (effect !== undefined) {
    const schema = users[0]?.schema ?? (call.schema === '' ? 'pg_catalog' : call.schema)
    return applyEffect(work, call, effect, `${schema}.${call.name}`)
  }
  if (harmless || users.some(onlyComputes)) noteFailures(work, call)
  const results = users.map((routine) => callUser(work, call, routine, harmless))
  if (harmless) return derive([...call.values, ...results])
  if (results.length > 0) return derive(results)
  if (found.length > 0) {
    execute(work, `pg_catalog.${call.name}`)
    for (const value of call.values) influence(work, value, 'argument')
    return unknownValue
  }
  return callUnknown(work, call)
}
