import {
  type Cast,
  type DataType,
  type EventTrigger,
  type Operator,
  type Relation,
  type RelationCall,
  RelationCallCause,
  type RelationColumn,
  RelationKind,
  type Routine,
  RoutineKind,
  Volatility,
} from '@wardgate/contract'
import { z } from 'zod'
import { foreignKeysFrom } from './foreign-keys'
import { groupByFirst } from './group'

/** Object ids come as bigint, which `pg` hands over as text. */
const id = z.coerce.number().int().min(0).max(0xffffffff)
const text = z.string()

const relationRow = z.tuple([id, text, text, text, text, z.boolean(), z.boolean(), z.number()])
const columnRow = z.tuple([id, z.number().int(), text, id, text])
const pairRow = z.tuple([id, id])
const relationCallRow = z.tuple([id, z.enum(RelationCallCause), id])
const ruleRow = z.tuple([id, text])
const typeCallRow = z.tuple([id, z.boolean(), id])
const routineRow = z.tuple([
  id,
  text,
  text,
  text,
  text,
  text,
  z.boolean(),
  z.boolean(),
  text,
  z.number().int(),
  z.boolean(),
  z.array(id),
  z.array(id),
  z.number().int(),
  z.boolean(),
])
const typeRow = z.tuple([id, text, text, id, id, id])
const operatorRow = z.tuple([id, text, text, id, id, id])
const castRow = z.tuple([id, id, id, id, z.boolean(), z.boolean()])
const eventTriggerRow = z.tuple([id, text, id])

/** pg_class.relkind */
const relationKinds: Readonly<Record<string, Relation['kind']>> = {
  r: RelationKind.RELATION_KIND_TABLE,
  p: RelationKind.RELATION_KIND_PARTITIONED_TABLE,
  v: RelationKind.RELATION_KIND_VIEW,
  m: RelationKind.RELATION_KIND_MATERIALIZED_VIEW,
  f: RelationKind.RELATION_KIND_FOREIGN_TABLE,
  S: RelationKind.RELATION_KIND_SEQUENCE,
  c: RelationKind.RELATION_KIND_COMPOSITE_TYPE,
}

/** pg_proc.prokind */
const routineKinds: Readonly<Record<string, Routine['kind']>> = {
  f: RoutineKind.ROUTINE_KIND_FUNCTION,
  p: RoutineKind.ROUTINE_KIND_PROCEDURE,
  a: RoutineKind.ROUTINE_KIND_AGGREGATE,
  w: RoutineKind.ROUTINE_KIND_WINDOW,
}

/** pg_proc.provolatile */
const volatilities: Readonly<Record<string, Routine['volatility']>> = {
  i: Volatility.VOLATILITY_IMMUTABLE,
  s: Volatility.VOLATILITY_STABLE,
  v: Volatility.VOLATILITY_VOLATILE,
}

export interface RelationRows {
  readonly relations: readonly unknown[]
  readonly columns: readonly unknown[]
  readonly parents: readonly unknown[]
  readonly calls: readonly unknown[]
  readonly rules: readonly unknown[]
  readonly foreignKeys: readonly unknown[]
}

export function relationsFrom(rows: RelationRows): Relation[] {
  const columns = groupByFirst(rows.columns, (row): [number, RelationColumn] => {
    const [relation, number, name, typeId, generated] = columnRow.parse(row)
    return [relation, { number, name, typeId, generated }]
  })
  const parents = groupByFirst(rows.parents, (row) => pairRow.parse(row))
  const calls = groupByFirst(rows.calls, (row): [number, Called] => {
    const [relation, cause, routine] = relationCallRow.parse(row)
    return [relation, { cause, routine }]
  })
  const rules = groupByFirst(rows.rules, (row) => ruleRow.parse(row))
  const foreignKeys = foreignKeysFrom(rows.foreignKeys)
  return rows.relations.map((row) => {
    const [oid, schema, name, kind, definition, hasRules, hasRowSecurity, tuples] =
      relationRow.parse(row)
    return {
      id: oid,
      schema,
      name,
      kind: relationKinds[kind] ?? RelationKind.RELATION_KIND_UNSPECIFIED,
      columns: columns.get(oid) ?? [],
      definition,
      parents: parents.get(oid) ?? [],
      hasRules,
      hasRowSecurity,
      estimatedRows: roundEstimate(tuples),
      calls: byCause(calls.get(oid) ?? []),
      rules: rules.get(oid) ?? [],
      foreignKeys: foreignKeys.get(oid) ?? [],
    }
  })
}

interface Called {
  readonly cause: RelationCallCause
  readonly routine: number
}

/** They come in the order of their causes. */
function byCause(calls: readonly Called[]): RelationCall[] {
  const grouped: RelationCall[] = []
  for (const { cause, routine } of calls) {
    const last = grouped.at(-1)
    if (last?.cause === cause) last.routines.push(routine)
    else grouped.push({ cause, routines: [routine] })
  }
  return grouped
}

export function routinesFrom(rows: readonly unknown[]): Routine[] {
  return rows.map((row) => {
    const [
      oid,
      schema,
      name,
      kind,
      volatility,
      language,
      definer,
      returnsSet,
      body,
      count,
      builtIn,
      calls,
      argumentTypes,
      defaultCount,
      variadic,
    ] = routineRow.parse(row)
    return {
      id: oid,
      schema,
      name,
      kind: routineKinds[kind] ?? RoutineKind.ROUTINE_KIND_UNSPECIFIED,
      volatility: volatilities[volatility] ?? Volatility.VOLATILITY_UNSPECIFIED,
      language,
      securityDefiner: definer,
      returnsSet,
      body,
      argumentCount: count,
      builtIn,
      calls,
      argumentTypes,
      defaultCount,
      variadic,
    }
  })
}

export function typesFrom(rows: readonly unknown[], calls: readonly unknown[]): DataType[] {
  const called = groupByFirst(calls, (row): [number, TypeCall] => {
    const [type, compares, routine] = typeCallRow.parse(row)
    return [type, { compares, routine }]
  })
  return rows.map((row) => {
    const [oid, schema, name, elementId, baseId, relationId] = typeRow.parse(row)
    const own = called.get(oid) ?? []
    const routines = (compares: boolean): number[] =>
      own.filter((call) => call.compares === compares).map(({ routine }) => routine)
    const made = { checks: routines(false), comparisons: routines(true) }
    return { id: oid, schema, name, elementId, baseId, relationId, ...made }
  })
}

interface TypeCall {
  readonly compares: boolean
  readonly routine: number
}

export function operatorsFrom(rows: readonly unknown[]): Operator[] {
  return rows.map((row) => {
    const [oid, schema, name, leftId, rightId, routineId] = operatorRow.parse(row)
    return { id: oid, schema, name, leftId, rightId, routineId }
  })
}

export function castsFrom(rows: readonly unknown[]): Cast[] {
  return rows.map((row) => {
    const [oid, sourceId, targetId, routineId, isImplicit, inExpressions] = castRow.parse(row)
    return { id: oid, sourceId, targetId, routineId, isImplicit, inExpressions }
  })
}

export function eventTriggersFrom(rows: readonly unknown[]): EventTrigger[] {
  return rows.map((row) => {
    const [oid, event, routineId] = eventTriggerRow.parse(row)
    return { id: oid, event, routineId }
  })
}

/** Two significant digits: an estimate that moves a little must not make another catalog. */
function roundEstimate(tuples: number): number {
  return tuples < 0 ? -1 : Number(tuples.toPrecision(2))
}
