/** Nodes whose value is computed from every expression inside them and that do nothing else. */
export const computed: ReadonlySet<string> = new Set([
  'A_ArrayExpr',
  'A_Indices',
  'BooleanTest',
  'GroupingFunc',
  'JsonAggConstructor',
  'JsonArgument',
  'JsonArrayAgg',
  'JsonArrayConstructor',
  'JsonArrayQueryConstructor',
  'JsonBehavior',
  'JsonFormat',
  'JsonFuncExpr',
  'JsonIsPredicate',
  'JsonKeyValue',
  'JsonObjectAgg',
  'JsonObjectConstructor',
  'JsonOutput',
  'JsonParseExpr',
  'JsonReturning',
  'JsonScalarExpr',
  'JsonSerializeExpr',
  'JsonTablePathSpec',
  'JsonValueExpr',
  'List',
  'MergeSupportFunc',
  'MinMaxExpr',
  'NamedArgExpr',
  'NullTest',
  'ResTarget',
  'XmlExpr',
  'XmlSerialize',
])

/** Parsing, and paths with ERROR ON ERROR: whether they fail tells of the value. */
export const failing: ReadonlySet<string> = new Set(['JsonFuncExpr', 'JsonParseExpr'])

export const constants: ReadonlySet<string> = new Set([
  'A_Star',
  'Boolean',
  'Float',
  'Integer',
  'SQLValueFunction',
  'SetToDefault',
  'String',
])
