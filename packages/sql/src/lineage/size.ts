import type { Call } from '../functions/routines'
import { copyWith } from '../copy-with'
import { shortConstant } from '../shape/shape-key'
import { child, integerConstant, list, nameParts, stringConstant, text, type Tree } from '../tree'
import { nothing, type Value } from './value'

/**
 * What is too large fails, and a plan tells how much was sorted: so a value whose length its author has made depend on
 * what it holds answers a question, if it can be grown. `size` bounds the growth and `isBent` says that the length
 * tells more than the length of the column.
 */

/** A short constant or a column counts as one. Far below any limit of the server, far above what reports need. */
const maxBentSize = 2_048

/** Functions whose result is as long as their argument, or nearly so, or always of one length. */
const keepsLength: ReadonlySet<string> = new Set(
  `
any_value array_agg array_append array_cat array_prepend array_to_json ascii bpchar coalesce concat concat_ws convert_from
convert_to digest encode first_value format hmac hstore initcap json_agg json_agg_strict json_build_array json_build_object
json_each json_each_text json_extract_path json_extract_path_text json_object_agg json_populate_record
json_strip_nulls json_to_record jsonb_agg jsonb_agg_strict jsonb_build_array jsonb_build_object jsonb_each
jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_agg jsonb_populate_record jsonb_pretty
jsonb_strip_nulls jsonb_to_record lag last_value lead left lower lpad md5 name nth_value quote_ident quote_literal
quote_nullable reverse right row_to_json rpad sha224 sha256 sha384 sha512 string_agg substr text to_json to_jsonb
unnest upper varchar xmlagg xmlcomment
`
    .trim()
    .split(/\s+/),
)

/** Functions that show one of their arguments: which one tells of the others. */
const choosing: ReadonlySet<string> = new Set(
  'greatest least max min mode percentile_disc'.split(' '),
)

/** Functions whose result can be as large as their author likes. */
const growing: ReadonlySet<string> = new Set(
  `
array_agg array_fill json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
jsonb_object_agg_unique jsonb_object_agg_unique_strict repeat string_agg xmlagg
`
    .trim()
    .split(/\s+/),
)

const padding: ReadonlySet<string> = new Set(['format', 'lpad', 'rpad'])
const maxPadding = 1_024

/** Nodes that put their parts together. */
const composing: ReadonlySet<string> = new Set([
  'A_ArrayExpr',
  'A_Indirection',
  'CoalesceExpr',
  'CollateClause',
  'ColumnRef',
  'FuncCall',
  'JsonArrayAgg',
  'JsonArrayConstructor',
  'JsonArrayQueryConstructor',
  'JsonKeyValue',
  'JsonObjectAgg',
  'JsonObjectConstructor',
  'JsonScalarExpr',
  'JsonSerializeExpr',
  'JsonValueExpr',
  'List',
  'NamedArgExpr',
  'ResTarget',
  'RowExpr',
  'SelectStmt',
  'SortBy',
  'SubLink',
  'TypeCast',
  'XmlExpr',
  'XmlSerialize',
])

const composingOperators: ReadonlySet<string> = new Set(['||', '->', '->>', '#>', '#>>'])
const gathering: ReadonlySet<string> = new Set([
  'JsonArrayAgg',
  'JsonArrayQueryConstructor',
  'JsonObjectAgg',
])

/** Values that the author sends beside the text may be as large as a message. */
export const parameter: Value = { ...nothing, size: Infinity }

export function isTooLarge({ isBent, size = 1 }: Value): boolean {
  return isBent === true && size > maxBentSize
}

export function constant(body: Tree): Value {
  const literal = child(body, 'sval')
  const size = literal === undefined ? 1 : Math.ceil(text(literal, 'sval').length / shortConstant)
  return size > 1 ? { ...nothing, size } : nothing
}

function composes(kind: string, body: Tree): boolean {
  if (kind !== 'A_Expr') return composing.has(kind)
  return composingOperators.has(nameParts(list(body, 'name')).at(-1) ?? '')
}

function gathers(kind: string, body: Tree): boolean {
  return gathering.has(kind) || text(body, 'subLinkType') === 'ARRAY_SUBLINK'
}

/** What a node makes of its parts. */
export function grown(kind: string, body: Tree, value: Value): Value {
  const size = gathers(kind, body) ? Infinity : (value.size ?? 1)
  const bends = value.sources.size > 0 && !value.plain && !composes(kind, body)
  const isBent = value.isBent === true || bends
  if (!isBent || kind === 'ColumnRef') return sized(value, size)
  // Each step can put every other character behind a backslash, or a quote beside every quote.
  return copyWith(value, { isBent, size: size * 2 })
}

function sized(value: Value, size: number): Value {
  return size === (value.size ?? 1) ? value : { ...value, size }
}

/** A width of format() is as good as padding. */
const widthlessTemplate = /^(?:[^%]|%%|%(?:\d+\$)?[sL])*$/

function hasShortConstant({ name, nodes }: Call): boolean {
  if (name === 'format') return widthlessTemplate.test(stringConstant(nodes[0]) ?? '%')
  return (integerConstant(nodes[1] ?? {}) ?? Infinity) <= maxPadding
}

/** What a function makes of its arguments. */
export function grownBy(call: Call, result: Value): Value {
  const { name, values } = call
  const keeps = keepsLength.has(name) || (choosing.has(name) && values.every(({ plain }) => plain))
  const isBent = result.isBent === true || (!keeps && result.sources.size > 0)
  const isUnbounded = growing.has(name) || (padding.has(name) && !hasShortConstant(call))
  const value = sized(result, isUnbounded ? Infinity : (result.size ?? 1))
  return isBent ? { ...value, isBent } : value
}
