import { hash } from 'node:crypto'
import {
  type CatalogManifest,
  type CatalogPart,
  ForeignKeyAction,
  RelationCallCause,
  RelationKind,
  RoutineKind,
  SqlEngine,
  Volatility,
} from '@wardgate/contract'
import { ProtocolError } from '@wardgate/errors'
import type { Catalog } from '@wardgate/sql'

const engines = {
  [SqlEngine.SQL_ENGINE_POSTGRESQL]: 'postgresql',
  [SqlEngine.SQL_ENGINE_MYSQL]: 'mysql',
} as const

const relationKinds = {
  [RelationKind.RELATION_KIND_TABLE]: 'table',
  [RelationKind.RELATION_KIND_PARTITIONED_TABLE]: 'partitioned-table',
  [RelationKind.RELATION_KIND_VIEW]: 'view',
  [RelationKind.RELATION_KIND_MATERIALIZED_VIEW]: 'materialized-view',
  [RelationKind.RELATION_KIND_FOREIGN_TABLE]: 'foreign-table',
  [RelationKind.RELATION_KIND_SEQUENCE]: 'sequence',
  [RelationKind.RELATION_KIND_COMPOSITE_TYPE]: 'composite-type',
} as const

const routineKinds = {
  [RoutineKind.ROUTINE_KIND_FUNCTION]: 'function',
  [RoutineKind.ROUTINE_KIND_PROCEDURE]: 'procedure',
  [RoutineKind.ROUTINE_KIND_AGGREGATE]: 'aggregate',
  [RoutineKind.ROUTINE_KIND_WINDOW]: 'window',
} as const

const volatilities = {
  [Volatility.VOLATILITY_IMMUTABLE]: 'immutable',
  [Volatility.VOLATILITY_STABLE]: 'stable',
  [Volatility.VOLATILITY_VOLATILE]: 'volatile',
} as const

const causes = {
  [RelationCallCause.RELATION_CALL_CAUSE_DEFAULT]: 'default',
  [RelationCallCause.RELATION_CALL_CAUSE_CHECK]: 'check',
  [RelationCallCause.RELATION_CALL_CAUSE_INDEX]: 'index',
  [RelationCallCause.RELATION_CALL_CAUSE_PARTITION_KEY]: 'partition-key',
  [RelationCallCause.RELATION_CALL_CAUSE_POLICY]: 'policy',
  [RelationCallCause.RELATION_CALL_CAUSE_TRIGGER]: 'trigger',
  [RelationCallCause.RELATION_CALL_CAUSE_TRIGGER_CONDITION]: 'trigger-condition',
  [RelationCallCause.RELATION_CALL_CAUSE_STATISTICS]: 'statistics',
  [RelationCallCause.RELATION_CALL_CAUSE_PLAN]: 'plan',
} as const

const keyActions = {
  [ForeignKeyAction.FOREIGN_KEY_ACTION_REFUSE]: 'refuse',
  [ForeignKeyAction.FOREIGN_KEY_ACTION_CASCADE]: 'cascade',
  [ForeignKeyAction.FOREIGN_KEY_ACTION_SET_NULL]: 'set-null',
  [ForeignKeyAction.FOREIGN_KEY_ACTION_SET_DEFAULT]: 'set-default',
} as const

/** What a manifest or a part is named by. */
export function hashOf(body: Uint8Array): string {
  return hash('sha256', body)
}

/** Objects of a catalog whose ids lie together. */
export type KnownPart = Required<
  Pick<
    Catalog,
    'relations' | 'routines' | 'types' | 'operators' | 'casts' | 'eventTriggers' | 'publications'
  >
>

export function manifestFromWire(
  wire: CatalogManifest,
): Pick<Catalog, 'engine' | 'serverVersion' | 'defaultSearchPath'> {
  const { serverVersion, defaultSearchPath } = wire
  return { engine: known(engines, wire.engine), serverVersion, defaultSearchPath }
}

/** Refuses values that this version does not know: a catalog that is half understood hides columns. */
export function partFromWire(wire: CatalogPart): KnownPart {
  return {
    relations: wire.relations.map((relation) => ({
      ...relation,
      kind: known(relationKinds, relation.kind),
      calls: relation.calls.map(({ cause, routines }) => ({
        cause: known(causes, cause),
        routines,
      })),
      foreignKeys: relation.foreignKeys.map((key) => ({
        ...key,
        onDelete: known(keyActions, key.onDelete),
        onUpdate: known(keyActions, key.onUpdate),
      })),
    })),
    routines: wire.routines.map((routine) => ({
      ...routine,
      kind: known(routineKinds, routine.kind),
      volatility: known(volatilities, routine.volatility),
    })),
    types: wire.types,
    operators: wire.operators,
    casts: wire.casts,
    eventTriggers: wire.eventTriggers,
    publications: wire.publications,
  }
}

function known<T>(table: Readonly<Record<number, T>>, value: number): T {
  const found = table[value]
  if (found !== undefined) return found
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the catalog holds a value that is not known')
}
