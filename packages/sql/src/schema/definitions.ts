import type { Relation } from '../catalog'
import { columnReference, type Outputs } from '../lineage/value'
import { emptyScope } from '../lineage/scope'
import { newFactNotes, newLineageNotes, type Work } from '../lineage/work'
import { columnType, descendants, findRelations } from '../names/catalog-index'
import type { ParsedStatement } from '../parser'
import { child, flag, list, nameParts, text, unwrap, type Tree } from '../tree'
import { isNoHome, temporarySchema, unseenId, type SchemaChange } from './change'
import { typeIdOf } from './column-types'

type Columns = Relation['columns']

export interface Defining {
  readonly statement: ParsedStatement
  readonly body: Tree
  readonly work: Work
  /** Changes whose ids are taken. */
  readonly met: readonly SchemaChange[]
  /** False = it brings code that nobody has followed. */
  readonly isClean: boolean
}

/** What a statement of this kind makes of the schema. Nothing = nothing, or more than can be told: then its names stay unknown. */
export function definitionsOf(kind: string, defining: Defining): readonly SchemaChange[] {
  return definers[kind]?.(defining) ?? []
}

function createTable(defining: Defining): SchemaChange[] {
  const { body, work } = defining
  const parents = list(body, 'inhRelations').map((parent) => only(unwrap(parent).body, work))
  const elements = list(body, 'tableElts').map((element) => columnsOfElement(element, work))
  if (child(body, 'ofTypename') !== undefined) return []
  if (parents.includes(undefined) || elements.includes(undefined)) return []
  const known = parents.flatMap((parent) => parent ?? [])
  const columns = numbered([
    ...known.flatMap((parent) => parent.columns),
    ...elements.flatMap((element) => element ?? []),
  ])
  const isDivided = child(body, 'partspec') !== undefined
  return created(defining, child(body, 'relation') ?? {}, {
    columns,
    parents: known.map(({ id }) => id),
    ...(isDivided && { kind: 'partitioned-table', definition: defining.statement.text }),
  })
}

type NewColumn = Pick<Columns[number], 'name' | 'typeId'>

/** Undefined = nobody can tell; a constraint is no column. */
function columnsOfElement(element: Tree, work: Work): readonly NewColumn[] | undefined {
  const { kind, body } = unwrap(element)
  if (kind === 'Constraint') return []
  if (kind === 'TableLikeClause') return only(child(body, 'relation') ?? {}, work)?.columns
  if (kind !== 'ColumnDef') return undefined
  return [columnOf(body, text(body, 'colname'), work)]
}

function columnOf(body: Tree, name: string, { index, searchPath }: Work): NewColumn {
  return { name, typeId: typeIdOf(child(body, 'typeName') ?? {}, index, searchPath) }
}

/** A column that a parent has too is the parent's. */
function numbered(columns: readonly NewColumn[]): Columns {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return [...byName.values()].map(({ name, typeId }, at) => ({ number: at + 1, name, typeId }))
}

function only(rangeVar: Tree, work: Work): Relation | undefined {
  const found = named(rangeVar, work)
  return found.length === 1 ? found[0] : undefined
}

function named(rangeVar: Tree, { index, searchPath }: Work): readonly Relation[] {
  return findRelations(index, searchPath, text(rangeVar, 'schemaname'), text(rangeVar, 'relname'))
}

function created(
  { body, work, met, isClean }: Defining,
  rangeVar: Tree,
  made: Pick<Relation, 'columns'> & Partial<Relation>,
): SchemaChange[] {
  const schema = schemaOf(rangeVar, work)
  const name = text(rangeVar, 'relname')
  if (schema === undefined || name === '') return []
  const isThere = findRelations(work.index, work.searchPath, schema, name).length > 0
  if (flag(body, 'if_not_exists') && isThere) return []
  const relation: Relation = {
    id: unseenId(met),
    schema,
    name,
    kind: 'table',
    definition: '',
    parents: [],
    // Rules that nobody has read: what a write runs is not known.
    hasRules: !isClean,
    hasRowSecurity: false,
    estimatedRows: -1,
    ...made,
  }
  return [{ kind: 'relation', relation }]
}

function schemaOf(rangeVar: Tree, { searchPath }: Work): string | undefined {
  const written = text(rangeVar, 'schemaname')
  if (text(rangeVar, 'relpersistence') === 't') return temporarySchema
  if (written !== '') return written
  return searchPath?.find((schema) => !isNoHome(schema))
}

function createTableAs(defining: Defining): SchemaChange[] {
  const into = child(defining.body, 'into') ?? {}
  return fromQuery(defining, child(defining.body, 'query'), into)
}

function selectInto(defining: Defining): SchemaChange[] {
  const into = child(defining.body, 'intoClause')
  return into === undefined ? [] : fromQuery(defining, defining.statement.tree, into)
}

function fromQuery(defining: Defining, query: Tree | undefined, into: Tree): SchemaChange[] {
  const names = nameParts(list(into, 'colNames'))
  const columns = queriedColumns(query, names, defining.work)
  return columns === undefined ? [] : created(defining, child(into, 'rel') ?? {}, { columns })
}

function createView(defining: Defining): SchemaChange[] {
  const { body, statement, work } = defining
  const columns = queriedColumns(child(body, 'query'), nameParts(list(body, 'aliases')), work)
  if (columns === undefined) return []
  const view = { kind: 'view' as const, definition: statement.text, hasRules: false }
  return created(defining, child(body, 'view') ?? {}, { columns, ...view })
}

function queriedColumns(
  query: Tree | undefined,
  names: readonly string[],
  work: Work,
): Columns | undefined {
  if (query === undefined || unwrap(query).kind === 'ExecuteStmt') return undefined
  const apart = { ...work, facts: newFactNotes(), lineage: newLineageNotes() }
  const { columns }: Outputs = work.query(query, emptyScope, apart)
  return columns?.map(({ name, value }, at) => {
    const [source, ...others] = value.kind === 'direct' ? value.sources : []
    const typeId =
      source === undefined || others.length > 0
        ? 0
        : (columnType(work.index, columnReference(source)) ?? 0)
    return { number: at + 1, name: names[at] ?? name, typeId }
  })
}

function alterTable(defining: Defining): SchemaChange[] {
  const { body, work, isClean } = defining
  const commands = list(body, 'cmds').map((item) => unwrap(item).body)
  const altered = alteredEach(body, work, (relation) => {
    const columns = commands.reduce(
      (before, command) => alteredColumns(before, command, work),
      relation.columns,
    )
    return { ...relation, columns, ...(isClean ? {} : { hasRules: true, rules: [] }) }
  })
  const known = new Map(altered.map(({ relation }) => [relation.id, relation]))
  const families = commands.flatMap((command) => joined(command, child(body, 'relation'), work))
  for (const [id, parent] of families) {
    const member = known.get(id) ?? work.index.relations.get(id)
    if (member !== undefined) known.set(id, { ...member, parents: [...member.parents, parent] })
  }
  return [...known.values()].map((relation) => ({ kind: 'relation', relation }))
}

/** Children and parents that come together: every one that a name can mean, for rows and masks follow them. */
function joined(command: Tree, table: Tree | undefined, work: Work): (readonly [number, number])[] {
  const subtype = text(command, 'subtype')
  const isAttached = subtype === 'AT_AttachPartition'
  if (table === undefined || !(isAttached || subtype === 'AT_AddInherit')) return []
  const { body } = unwrap(child(command, 'def') ?? {})
  const other = named(isAttached ? (child(body, 'name') ?? {}) : body, work)
  const own = named(table, work)
  const [children, parents] = isAttached ? [other, own] : [own, other]
  return children.flatMap(({ id }) => parents.map((parent) => [id, parent.id] as const))
}

function alteredColumns(columns: Columns, command: Tree, work: Work): Columns {
  const name = text(command, 'name')
  const definition = unwrap(child(command, 'def') ?? {}).body
  switch (text(command, 'subtype')) {
    case 'AT_AddColumn': {
      const added = columnOf(definition, text(definition, 'colname'), work)
      const number = Math.max(0, ...columns.map((column) => column.number)) + 1
      const isThere = columns.some((column) => column.name === added.name)
      return isThere ? columns : [...columns, { number, ...added }]
    }
    case 'AT_DropColumn':
      return columns.filter((column) => column.name !== name)
    case 'AT_AlterColumnType':
      return columns.map((column) =>
        column.name === name
          ? { ...column, typeId: columnOf(definition, '', work).typeId }
          : column,
      )
    default:
      return columns
  }
}

/** The relation that is named, and its children with it: they have its columns. Views behind it keep theirs. */
function alteredEach(
  body: Tree,
  work: Work,
  alter: (relation: Relation) => Relation,
): { readonly kind: 'relation'; readonly relation: Relation }[] {
  const relation = only(child(body, 'relation') ?? {}, work)
  if (relation === undefined) return []
  const family = [relation.id, ...descendants(work.index, relation.id)]
  return family.flatMap((id) => {
    const member = work.index.relations.get(id)
    return member === undefined ? [] : [{ kind: 'relation' as const, relation: alter(member) }]
  })
}

function rename(defining: Defining): SchemaChange[] {
  const { body, work } = defining
  const [from, to] = [text(body, 'subname'), text(body, 'newname')]
  if (text(body, 'renameType') === 'OBJECT_COLUMN')
    return alteredEach(body, work, (relation) => ({
      ...relation,
      columns: relation.columns.map((column) =>
        column.name === from ? { ...column, name: to } : column,
      ),
    }))
  return moved(body, work, (relation) => ({ ...relation, name: to }))
}

function setSchema({ body, work }: Defining): SchemaChange[] {
  return moved(body, work, (relation) => ({ ...relation, schema: text(body, 'newschema') }))
}

/** Its former name may mean another relation now. */
function moved(body: Tree, work: Work, move: (relation: Relation) => Relation): SchemaChange[] {
  const relation = only(child(body, 'relation') ?? {}, work)
  return relation === undefined ? [] : [{ kind: 'relation', relation: move(relation) }]
}

const relationKinds: ReadonlySet<string> = new Set([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
])

function drop({ body, work }: Defining): SchemaChange[] {
  if (!relationKinds.has(text(body, 'removeType'))) return []
  return list(body, 'objects').flatMap((object) => {
    const parts = nameParts(list(unwrap(object).body, 'items'))
    const rangeVar = { relname: parts.at(-1) ?? '', schemaname: parts.at(-2) ?? '' }
    return named(rangeVar, work).map(({ id }) => ({ kind: 'dropped' as const, id }))
  })
}

function createEnum({ body, work, met }: Defining): SchemaChange[] {
  const parts = nameParts(list(body, 'typeName'))
  const rangeVar = { schemaname: parts.at(-2) ?? '' }
  const schema = schemaOf(rangeVar, work)
  if (schema === undefined) return []
  const none = { elementId: 0, baseId: 0, relationId: 0 }
  const type = { id: unseenId(met), schema, name: parts.at(-1) ?? '', ...none }
  return [{ kind: 'type', type }]
}

const definers: Readonly<Record<string, ((defining: Defining) => SchemaChange[]) | undefined>> = {
  AlterObjectSchemaStmt: setSchema,
  AlterTableStmt: alterTable,
  CreateEnumStmt: createEnum,
  CreateStmt: createTable,
  CreateTableAsStmt: createTableAs,
  DropStmt: drop,
  RenameStmt: rename,
  SelectStmt: selectInto,
  ViewStmt: createView,
}
