import { child, list, stringConstant, text, unwrap, type Tree } from '../tree'
import { straight, type Value } from '../lineage/value'

/** Functions whose array's length is up to their arguments. */
const returnsArray =
  /^(array_(?!agg|length|upper|lower|ndims|dims|to_).*|akeys|avals|hstore_to_array|hstore_to_matrix|parse_ident|regexp_match|regexp_split_to_array|show_trgm|string_to_array|trim_array|tsvector_to_array|xpath)$/

/** Functions whose result is of the type of their argument. */
const keepsType: ReadonlySet<string> = new Set(
  'any_value array_agg first_value greatest lag last_value lead least max min mode nth_value'.split(
    ' ',
  ),
)

/** Marks what a call makes an array of; anything else that a call returns is none. */
export function asArray(name: string, result: Value): Value {
  if (returnsArray.test(name))
    return result.sources.size === 0 ? result : { ...result, isBentArray: true }
  return keepsType.has(name) ? result : straight(result)
}

/** Only %s and %L: a width may come from an argument, and %I fails for NULL. */
const plainTemplate = /^(?:[^%]|%%|%(?:\d+\$)?-?\d*[sL])*$/

export function isPlainTemplate(tree: Tree | undefined): boolean {
  const template = tree === undefined ? undefined : stringConstant(tree)
  return template !== undefined && plainTemplate.test(template)
}

/** The keys of a JSON object as SQL/JSON writes it: NULL and, where asked for, a second one of a name fail. */
export function jsonKeys(body: Tree): readonly Tree[] {
  const pairs = [...list(body, 'exprs').map((pair) => unwrap(pair).body), child(body, 'arg') ?? {}]
  return pairs.map((pair) => child(pair, 'key')).filter((key) => key !== undefined)
}

/** XML that is refused when a value spoils it: a processing instruction, or what has to be a whole document. */
export function spoilsXml(kind: string, body: Tree): boolean {
  if (kind === 'XmlSerialize') return text(body, 'xmloption') === 'XMLOPTION_DOCUMENT'
  return kind === 'XmlExpr' && ['IS_XMLPI', 'IS_XMLPARSE'].includes(text(body, 'op'))
}
