import { operandOf } from '../functions/operators'
import { columnAt } from '../names/catalog-index'
import { choosesValues } from '../names/choosing-types'
import { noteType } from '../names/types'
import { child, list, nameParts, type Tree } from '../tree'
import { castCanFail, isTextType, readsBits } from './total-casts'
import { columnReference, derive, straight, type Value } from './value'
import { influence, type Work } from './work'

/** What a cast makes of a value, and what its failing tells. */
export function castValue(body: Tree, value: Value, work: Work): Value {
  const argument = child(body, 'arg')
  const typeName = child(body, 'typeName') ?? {}
  const added = noteType(work, typeName, operandOf(argument, value, work.index).typeId)
  if (readsBits(typeName)) work.facts.literalsMatter = true
  const isAsked = choosesValues(work.index, typeName) && !isOfType(value, typeName, work)
  if (isAsked || castCanFail(value, argument, typeName)) influence(work, value, 'argument')
  const isPart = value.isPart === true && isTextType(typeName)
  const isBentArray = list(typeName, 'arrayBounds').length > 0 && !value.plain
  const cast = { ...straight(derive([value, added])), plain: value.plain }
  return { ...cast, ...(isPart && { isPart }), ...(isBentArray && { isBentArray }) }
}

/** A column that is of the type already has been let through before. */
function isOfType({ kind, sources }: Value, typeName: Tree, { index }: Work): boolean {
  const types = index.typesByName.get(nameParts(list(typeName, 'names')).at(-1) ?? '') ?? []
  const [only, ...others] = types
  if (kind !== 'direct' || only === undefined || others.length > 0) return false
  return [...sources].every((key) => columnAt(index, columnReference(key))?.typeId === only.id)
}
