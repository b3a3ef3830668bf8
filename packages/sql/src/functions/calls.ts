import { derive, unknownValue, type Value } from '../lineage/value'
import { act, influence, opaque, unknownName, type Work } from '../lineage/work'
import { findRoutines } from '../names/catalog-index'
import { runCastCode } from '../names/type-code'
import { stringConstant } from '../tree'
import { isPlainTemplate } from './array-shapes'
import { harmlessFunctions } from './built-in-functions'
import { builtInTypes } from './built-in-sets'
import { knownEffect, type FunctionEffect } from './effects'
import { callRoutine, execute, onlyComputes, type Call } from './routines'
import { isSafeDocument } from './safe-documents'
import { canFailBy, failsForColumns, readsConstants } from './total-functions'

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

function callUnknown(work: Work, call: Call): Value {
  const types = work.index.typesByName.get(call.name) ?? []
  const isType = types.length > 0 || (call.schema === '' && builtInTypes.has(call.name))
  if (isType && call.values.length === 1)
    return derive([...call.values, ...types.map(({ id }) => runCastCode(work, id, undefined))])
  const name = `${call.schema === '' ? '*' : call.schema}.${call.name}`
  execute(work, name)
  for (const value of call.values) influence(work, value, 'argument')
  const shown = `${call.schema === '' ? '' : `${call.schema}.`}${call.name}`
  unknownName(work, shown, `unknown function ${shown}`)
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
  // Too many words fail, and a long one is a notice: of a column that is no answer, of what was added to one it is.
  if (name === 'to_tsvector') return !value.plain && value.isPart !== true
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
  if (readsConstants(call.name)) work.facts.literalsMatter = true
  if (harmless || users.some(onlyComputes)) noteFailures(work, call)
  const results = users.map((routine) =>
    callRoutine(work, call, routine, harmless ? 'overload' : 'asked'),
  )
  if (harmless) return derive([...call.values, ...results])
  if (results.length > 0) return derive(results)
  if (found.length > 0) {
    execute(work, `pg_catalog.${call.name}`)
    for (const value of call.values) influence(work, value, 'argument')
    return unknownValue
  }
  return callUnknown(work, call)
}
