import { child, list, nameParts, text, unwrap, type Tree } from '../tree'

const fixed: Readonly<Record<string, string>> = {
  A_ArrayExpr: 'array',
  CaseExpr: 'case',
  CoalesceExpr: 'coalesce',
  GroupingFunc: 'grouping',
  JsonArrayAgg: 'json_arrayagg',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonObjectConstructor: 'json_object',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  MergeSupportFunc: 'merge_action',
  RowExpr: 'row',
  XmlSerialize: 'xmlserialize',
}

const jsonFunctions: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
}

const xmlFunctions: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
}

/** The name that PostgreSQL gives an unnamed output (FigureColname in parse_target.c); empty when it finds none. */
function figure(tree: Tree | undefined): string {
  if (tree === undefined) return ''
  const { kind, body } = unwrap(tree)
  switch (kind) {
    case 'ColumnRef':
      return nameParts(list(body, 'fields')).at(-1) ?? ''
    case 'FuncCall':
      return nameParts(list(body, 'funcname')).at(-1) ?? ''
    case 'A_Indirection':
      return figureIndirection(body)
    case 'TypeCast':
      return figureCast(body)
    case 'CollateClause':
      return figure(child(body, 'arg'))
    case 'SubLink':
      return figureSubLink(body)
    case 'MinMaxExpr':
      return text(body, 'op') === 'IS_LEAST' ? 'least' : 'greatest'
    case 'A_Expr':
      return text(body, 'kind') === 'AEXPR_NULLIF' ? 'nullif' : ''
    case 'SQLValueFunction':
      return text(body, 'op')
        .replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase()
    case 'CaseExpr':
      return figure(child(body, 'defresult')) || 'case'
    case 'XmlExpr':
      return xmlFunctions[text(body, 'op')] ?? ''
    case 'JsonFuncExpr':
      return jsonFunctions[text(body, 'op')] ?? ''
    default:
      return fixed[kind] ?? ''
  }
}

function figureIndirection(body: Tree): string {
  const names = nameParts(
    list(body, 'indirection').filter((step) => unwrap(step).kind === 'String'),
  )
  return names.at(-1) ?? figure(child(body, 'arg'))
}

function figureCast(body: Tree): string {
  const typeName = child(body, 'typeName')
  const inner = figure(child(body, 'arg'))
  return inner || (typeName === undefined ? '' : (nameParts(list(typeName, 'names')).at(-1) ?? ''))
}

function figureSubLink(body: Tree): string {
  const kind = text(body, 'subLinkType')
  if (kind === 'EXISTS_SUBLINK') return 'exists'
  if (kind === 'ARRAY_SUBLINK') return 'array'
  const select = child(body, 'subselect')
  const [target] = select === undefined ? [] : list(unwrap(select).body, 'targetList')
  return target === undefined ? '' : outputName(target)
}

export function outputName(target: Tree): string {
  const { body } = unwrap(target)
  return text(body, 'name') || figure(child(body, 'val')) || '?column?'
}
