import { operandOf } from '../functions/operators'
import { noteType } from '../names/types'
import { child, list, type Tree } from '../tree'
import { castCanFail, isTextType, readsBits } from './total-casts'
import { derive, straight, type Value } from './value'
import { influence, type Work } from './work'

/** What a cast makes of a value, and what its failing tells. */
export function castValue(body: Tree, value: Value, work: Work): Value {
  const argument = child(body, 'arg')
  const typeName = child(body, 'typeName') ?? {}
  const added = noteType(work, typeName, operandOf(argument, value, work.index).typeId)
  if (readsBits(typeName)) work.facts.literalsMatter = true
  if (castCanFail(value, argument, typeName)) influence(work, value, 'argument')
  const isPart = value.isPart === true && isTextType(typeName)
  const isBentArray = list(typeName, 'arrayBounds').length > 0 && !value.plain
  const cast = { ...straight(derive([value, added])), plain: value.plain }
  return { ...cast, ...(isPart && { isPart }), ...(isBentArray && { isBentArray }) }
}
