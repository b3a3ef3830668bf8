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

/** Casts that succeed for every value of their argument, though the argument was computed. */
export function cannotFail(argument: Tree | undefined, typeName: Tree): boolean {
  if (argument === undefined || list(typeName, 'arrayBounds').length > 0) return false
  const name = nameParts(list(typeName, 'names')).at(-1) ?? ''
  const call = callName(argument)
  if (name === 'uuid') return call === 'md5'
  if (name === 'bit' || name === 'varbit') return isHexBits(argument)
  if (name === 'json' || name === 'jsonb') return documents.has(call)
  // Too many bits for the integer fail for every value alike.
  if (name === 'int4' || name === 'int8') return integers.has(call) || castName(argument) === 'bit'
  return numbers.has(name) && integers.has(call)
}
