import type { Routine } from '../catalog'
import { derive, nothing, unknownValue, type Value } from '../lineage/value'
import { act, influence, opaque, unknownName, type Work } from '../lineage/work'
import { findRoutines, findTypes } from '../names/catalog-index'
import { isChoosing } from '../names/choosing-types'
import { runCastCode } from '../names/type-code'
import { canBeCalled } from './matching'
import { operandOf } from './operators'
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
  if (isType && call.values.length === 1) {
    noteChoice(work, call)
    return derive([...call.values, ...types.map(({ id }) => runCastCode(work, id, undefined))])
  }
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

/** A name like that of a function with effects says nothing of one that users made. */
function isOfUsersAlone(named: readonly Routine[]): boolean {
  return named.length > 0 && named.every(({ builtIn }) => !builtIn)
}

/** The server's own of that name, or an extension's; and what users made, which the target may choose instead. */
function callWithEffect(
  work: Work,
  call: Call,
  effect: FunctionEffect,
  users: readonly Routine[],
): Value {
  const schema = users.find(({ builtIn }) => builtIn)?.schema ?? (call.schema || 'pg_catalog')
  const own = users.filter(({ builtIn }) => !builtIn)
  return derive([
    applyEffect(work, call, effect, `${schema}.${call.name}`),
    ...own.map((routine) => callRoutine(work, call, routine, 'asked')),
  ])
}

function noteChoice(work: Work, { schema, name, values }: Call): void {
  if (!isChoosing(work.index, schema === '' ? [name] : [schema, name])) return
  for (const value of values) influence(work, value, 'argument')
}

/** With one argument the name of a type is a cast to it, which the target prefers to functions that fit less well. */
function castByName(work: Work, call: Call): Value {
  const [value] = call.values
  if (value === undefined || call.values.length > 1) return nothing
  const { typeId } = operandOf(call.nodes[0], value, work.index)
  const types = findTypes(work.index, work.searchPath, call.schema, call.name)
  const casts = types.filter(({ relationId }) => relationId === 0)
  if (casts.length === 0) return nothing
  noteChoice(work, call)
  return derive([value, ...casts.map(({ id }) => runCastCode(work, id, typeId))])
}

/** What a call does and what its result depends on. Every routine that the name can mean counts. */
export function evaluateCall(work: Work, call: Call): Value {
  const mayBeBuiltIn = call.schema === '' || call.schema === 'pg_catalog'
  const named = findRoutines(work.index, work.searchPath, call.schema, call.name)
  const users = named.filter(
    (routine) => routine.schema !== 'pg_catalog' && canBeCalled(work.index, routine, call),
  )
  const harmless = mayBeBuiltIn && harmlessFunctions.has(call.name)
  const effect = harmless || isOfUsersAlone(named) ? undefined : knownEffect(call.name)
  if (effect !== undefined) return callWithEffect(work, call, effect, users)
  if (readsConstants(call.name)) work.facts.literalsMatter = true
  if (harmless || users.some(onlyComputes)) noteFailures(work, call)
  const results = users.map((routine) =>
    callRoutine(work, call, routine, harmless ? 'overload' : 'asked'),
  )
  if (harmless || users.length > 0) results.push(castByName(work, call))
  if (harmless) return derive([...call.values, ...results])
  if (results.length > 0) return derive(results)
  if (named.some(({ schema }) => schema === 'pg_catalog')) {
    execute(work, `pg_catalog.${call.name}`)
    for (const value of call.values) influence(work, value, 'argument')
    return unknownValue
  }
  return callUnknown(work, call)
}
