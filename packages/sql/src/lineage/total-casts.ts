import type { Value } from './value'
import { child, list, nameParts, stringConstant, unwrap, type Tree } from '../tree'

const integers: ReadonlySet<string> = new Set([
  'ascii',
  'bit_length',
  'char_length',
  'character_length',
  'count',
  'hashtext',
  'length',
  'octet_length',
  'strpos',
])
const numbers: ReadonlySet<string> = new Set(['float8', 'int4', 'int8', 'numeric'])
const documents: ReadonlySet<string> = new Set([
  'array_to_json',
  'json_agg',
  'json_build_array',
  'json_build_object',
  'json_object_agg',
  'jsonb_agg',
  'jsonb_build_array',
  'jsonb_build_object',
  'jsonb_object_agg',
  'row_to_json',
  'to_json',
  'to_jsonb',
])

function callName(tree: Tree | undefined): string {
  const node = tree === undefined ? undefined : unwrap(tree)
  return node?.kind === 'FuncCall' ? (nameParts(list(node.body, 'funcname')).at(-1) ?? '') : ''
}

/** `'x' || encode(…, 'hex')`: hexadecimal digits, whatever the value. */
function isHexBits(tree: Tree): boolean {
  const { kind, body } = unwrap(tree)
  if (kind !== 'A_Expr' || nameParts(list(body, 'name')).join() !== '||') return false
  if (stringConstant(child(body, 'lexpr'))?.toLowerCase() !== 'x') return false
  const call = child(body, 'rexpr')
  if (call === undefined || callName(call) !== 'encode') return false
  return stringConstant(list(unwrap(call).body, 'args')[1]) === 'hex'
}

function castName(tree: Tree): string {
  const { kind, body } = unwrap(tree)
  const typeName = kind === 'TypeCast' ? child(body, 'typeName') : undefined
  return typeName === undefined ? '' : (nameParts(list(typeName, 'names')).at(-1) ?? '')
}

/** Functions whose result holds no character that their first argument does not hold, letter case apart. */
const carving: ReadonlySet<string> = new Set(
  'btrim bpchar initcap left lower ltrim reverse right rtrim split_part substr substring upper'.split(
    ' ',
  ),
)

/**
 * Marks a part of a column. A text becomes bytes unless a backslash in it is followed by nonsense: one that the author
 * can put where he likes, by replace() or the quotes of an array's text, answers a question; a part does not.
 */
export function asPart(name: string, values: readonly Value[], result: Value): Value {
  const [first, ...others] = values
  const isCarved = carving.has(name) && others.every(({ sources }) => sources.size === 0)
  if (!isCarved || !(first?.plain === true || first?.isPart === true)) return result
  return { ...result, isPart: true }
}

export const textTypes: ReadonlySet<string> = new Set(['bpchar', 'name', 'text', 'varchar'])

function typeNameOf(typeName: Tree): string {
  const isArray = list(typeName, 'arrayBounds').length > 0
  return isArray ? '' : (nameParts(list(typeName, 'names')).at(-1) ?? '')
}

/** Whether the cast fails is read from constants within. */
export function readsBits(typeName: Tree): boolean {
  return ['bit', 'varbit'].includes(typeNameOf(typeName))
}

/** Every value has a text. */
export function isTextType(typeName: Tree): boolean {
  return textTypes.has(typeNameOf(typeName))
}

function isTotal(argument: Tree | undefined, name: string, hasModifier: boolean): boolean {
  if (argument === undefined) return false
  const call = callName(argument)
  if (name === 'uuid') return call === 'md5'
  if (name === 'bytea') return call === 'md5'
  if (name === 'bit' || name === 'varbit') return isHexBits(argument)
  if (name === 'json' || name === 'jsonb') return documents.has(call)
  // Too many bits for the integer fail for every value alike.
  if (name === 'int4' || name === 'int8') return integers.has(call) || castName(argument) === 'bit'
  return numbers.has(name) && !hasModifier && integers.has(call)
}

/**
 * Whether a cast fails can depend on what the author asks. The column alone fails or not whatever he writes; an
 * expression can be bent until failing is an answer.
 */
export function castCanFail(value: Value, argument: Tree | undefined, typeName: Tree): boolean {
  if (value.plain || isTextType(typeName)) return false
  const name = typeNameOf(typeName)
  if (name === 'bytea' && value.isPart === true) return false
  return !isTotal(argument, name, list(typeName, 'typmods').length > 0)
}
