import type { MaskingPlan } from '@wardgate/masking'
import type { Facts, Obligations } from '@wardgate/policy'
import type { CatalogIndex } from './names/catalog-index'
import type { SchemaChange } from './schema/change'

/** What is submitted, in the words of packages/gateway's StatementOperation, without importing it. */
/** A text that a name can stand for. */
export interface NamedText {
  readonly name: string
  readonly text: string
  /** Types of its parameters where a protocol message prepared it; 0 = left to the target. */
  readonly parameterTypes?: readonly number[]
  /** In which the names of a cursor's query were resolved; absent = unknown. */
  readonly searchPath?: readonly string[]
}

export interface StatementInput {
  readonly phase: 'simple' | 'prepare' | 'execute'
  readonly text: string
  /** Every statement that this text could run by name: protocol-prepared ones and those of SQL PREPARE and DECLARE. */
  readonly prepared: readonly NamedText[]
  /** Types of its parameters by the target's ids; 0 = left to the target. */
  readonly parameterTypes?: readonly number[]
  readonly searchPath?: readonly string[]
  readonly role: string
  /** What the session has changed of the schema. */
  readonly changes?: readonly SchemaChange[]
}

/** A base column that an output value or a condition can depend on. */
export interface ColumnReference {
  readonly relation: number
  readonly attribute: number
}

export interface OutputColumn {
  readonly name: string
  readonly sources: readonly ColumnReference[]
  /** `direct` = the value of one column unchanged; `derived` = computed; `unknown` = counts as every masked column. */
  readonly kind: 'direct' | 'derived' | 'unknown'
  /** Which row of FROM it stands in: two outputs with one number stand in the same. Absent = nobody knows. */
  readonly row?: number
  /** Of an aggregate that blends a group: how many values each group shown has at least; 0 = not known. */
  readonly groupSize?: number
}

/** Base columns that decide something without being shown: predicates, ordering, grouping, joins. */
export interface Influence {
  readonly column: ColumnReference
  /** It decides only by groups of at least so many values. Absent = by any. */
  readonly groupSize?: number
  readonly where:
    | 'predicate'
    | 'order'
    | 'group'
    | 'join'
    | 'argument'
    | 'window'
    | 'distinct'
    | 'limit'
    | 'plan'
    | 'write'
}

/** One statement of the text. A text may hold several; each has its own outputs. */
export interface StatementLineage {
  /** Absent = the statement returns no rows, or its outputs are unknown (then `unknownOutputs`). */
  readonly outputs?: readonly OutputColumn[]
  readonly unknownOutputs: boolean
  readonly influences: readonly Influence[]
  /** Ids of all relations read, through views too. */
  readonly relations: readonly number[]
  /** Those that the text names: views and parents, not what is behind them. */
  readonly named: readonly number[]
  /** System relations read that show values of any column, such as pg_stats. */
  readonly valueSources: readonly string[]
  /** An output's origin is unknown: it counts as every masked column. */
  readonly tainted: boolean
  /** Something of unknown origin decides about the result. */
  readonly unknownInfluence: boolean
  /** Code of the target's own runs that the statement does not name: its errors and notices can say anything. */
  readonly runsUnseen?: boolean
  /** It calls a function that users made and nobody can look into: what that gives can be of any table. */
  readonly callsUnfollowed?: boolean
}

export interface StatementAnalysis {
  readonly facts: Facts
  readonly statements: readonly StatementLineage[]
  /** Statements that this text prepares or declares: the session must remember them as candidates. */
  readonly declares: readonly NamedText[]
  /** What the session has changed of the schema once the text has run, too. */
  readonly changes: readonly SchemaChange[]
  /** All that its statements can have met of such changes, those undone within the text too. */
  readonly metChanges: readonly SchemaChange[]
  /** It reads or writes what the session had changed before, so the catalog may know better by now. */
  readonly restsOnChanges: boolean
  /** Names that the catalog does not have: another one may answer otherwise. */
  readonly unknown: readonly string[]
}

export type MaskingDecision =
  | { readonly kind: 'plan'; readonly plan: MaskingPlan }
  /** A masked column is used where its value would leak though it is not shown. */
  | {
      readonly kind: 'inference'
      readonly rule: string
      readonly message: string
      readonly plan: MaskingPlan
    }
  /** The statement cannot be masked with certainty. */
  | { readonly kind: 'refuse'; readonly rule: string; readonly message: string }

/** Parses with the target's grammar and says what the text does. Never throws for bad SQL: facts are then opaque. */
export type Analyze = (input: StatementInput, index: CatalogIndex) => StatementAnalysis

/** Turns the selected masks into a plan for this statement's outputs. */
export type PlanMasks = (
  analysis: StatementAnalysis,
  obligations: Pick<Obligations, 'masks' | 'minimumGroupSize'>,
  index: CatalogIndex,
) => MaskingDecision
