/** The target's schema as names and lineage need it. Same content as wardgate.v1.Catalog, indexed for look-up. */
export interface Catalog {
  readonly engine: 'postgresql' | 'mysql'
  readonly serverVersion: number
  readonly defaultSearchPath: readonly string[]
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly types: readonly DataType[]
  /** Of users and extensions. */
  readonly operators?: readonly Operator[]
  /** Those that run a function of users and extensions, and implicit ones of their types. */
  readonly casts?: readonly Cast[]
  readonly eventTriggers?: readonly EventTrigger[]
  readonly publications?: readonly Publication[]
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
  /** Text of the query behind a view; of a partitioned table `LIST (a)`, or the statement that made it. Else empty. */
  readonly definition: string
  /** Ids of relations it inherits from or is a partition of. */
  readonly parents: readonly number[]
  readonly hasRules: boolean
  /** Texts of its rewrite rules, as CREATE RULE; none though it has rules = not read. */
  readonly rules?: readonly string[]
  readonly hasRowSecurity: boolean
  /** The planner's estimate; negative = unknown. */
  readonly estimatedRows: number
  /** What the target runs on its own account when the relation is used. */
  readonly calls?: readonly RelationCall[]
  /** By which it refers to others; those of partitions are their table's. */
  readonly foreignKeys?: readonly ForeignKey[]
}

/** What happens to a row when the row that it refers to is deleted, or its key changed. */
export type ForeignKeyAction = 'refuse' | 'cascade' | 'set-null' | 'set-default'

export interface ForeignKey {
  readonly columns: readonly number[]
  readonly referencedId: number
  /** In the order of its own columns. */
  readonly referencedColumns: readonly number[]
  readonly onDelete: ForeignKeyAction
  readonly onUpdate: ForeignKeyAction
  /** Those that `onDelete` sets; none = all of them. */
  readonly setColumns: readonly number[]
}

export type RelationCallCause =
  | 'default'
  | 'check'
  | 'index'
  | 'partition-key'
  | 'policy'
  | 'trigger'
  | 'trigger-condition'
  | 'statistics'
  | 'plan'

export interface RelationCall {
  readonly cause: RelationCallCause
  /** Ids of routines, those behind operators included. */
  readonly routines: readonly number[]
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
  /** Routines that it runs unseen: the steps of an aggregate, defaults of arguments. */
  readonly calls?: readonly number[]
  /** Of the arguments that a call gives; none though there are arguments = not read. */
  readonly argumentTypes?: readonly number[]
  /** How many of the last ones may be left out. */
  readonly defaultCount?: number
  /** Whether the last one takes any number of values. */
  readonly variadic?: boolean
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
  /** Routines that a domain's checks call. */
  readonly checks?: readonly number[]
  /** Routines that compare values of the type, where users made them. */
  readonly comparisons?: readonly number[]
}

export interface Operator {
  readonly id: number
  readonly schema: string
  readonly name: string
  /** Types of the operands; 0 = there is none on that side. */
  readonly leftId: number
  readonly rightId: number
  readonly routineId: number
}

export interface Cast {
  readonly id: number
  readonly sourceId: number
  readonly targetId: number
  /** 0 = it runs no function. */
  readonly routineId: number
  /** Whether the target applies it without being asked. */
  readonly isImplicit: boolean
  /** Of those: in any expression, not only to values that are stored. */
  readonly inExpressions: boolean
}

/** A function that runs with statements that define things. */
export interface EventTrigger {
  readonly id: number
  readonly event: string
  readonly routineId: number
}

/** What logical replication sends from. */
export interface Publication {
  readonly id: number
  readonly name: string
  readonly allTables: boolean
  readonly schemas: readonly string[]
  readonly tables: readonly {
    readonly relationId: number
    /** Numbers of columns; none = all of them. */
    readonly columns: readonly number[]
    readonly filter: string
  }[]
}

/** Of a server that nobody has read. */
export const emptyCatalog: Catalog = {
  engine: 'postgresql',
  serverVersion: 180_000,
  defaultSearchPath: ['public'],
  relations: [],
  routines: [],
  types: [],
}
