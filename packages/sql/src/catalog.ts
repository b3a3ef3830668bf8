/** The target's schema as names and lineage need it. Same content as wardgate.v1.Catalog, indexed for look-up. */
export interface Catalog {
  readonly engine: 'postgresql' | 'mysql'
  readonly serverVersion: number
  readonly defaultSearchPath: readonly string[]
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly types: readonly DataType[]
}

export type RelationKind =
  | 'table'
  | 'partitioned-table'
  | 'view'
  | 'materialized-view'
  | 'foreign-table'
  | 'sequence'
  | 'composite-type'

export interface Relation {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly columns: readonly {
    readonly number: number
    readonly name: string
    readonly typeId: number
    /** The expression that a generated column is computed by; absent or empty for others. */
    readonly generated?: string
  }[]
  /** Text of the query behind a view; empty for others. */
  readonly definition: string
  /** Ids of relations it inherits from or is a partition of. */
  readonly parents: readonly number[]
  /** Schema-qualified functions that its triggers run. */
  readonly triggerFunctions: readonly string[]
  readonly hasRules: boolean
  readonly hasRowSecurity: boolean
  /** The planner's estimate; negative = unknown. */
  readonly estimatedRows: number
}

export interface Routine {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  readonly language: string
  readonly securityDefiner: boolean
  readonly returnsSet: boolean
  /** Body of SQL-language routines; empty for others. */
  readonly body: string
  readonly argumentCount: number
  readonly builtIn: boolean
}

export interface DataType {
  readonly id: number
  readonly schema: string
  readonly name: string
  /** Element type of an array; 0 otherwise. */
  readonly elementId: number
  /** Base type of a domain; 0 otherwise. */
  readonly baseId: number
  /** The relation behind a composite type; 0 otherwise. */
  readonly relationId: number
}
