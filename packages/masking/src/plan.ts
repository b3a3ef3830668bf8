/** How a masked value is changed. Pure data: it travels in the verdict. */
export type MaskMethod =
  | { readonly kind: 'redact' }
  | { readonly kind: 'null' }
  | { readonly kind: 'partial'; readonly keepFirst: number; readonly keepLast: number }
  | { readonly kind: 'hash' }
  | { readonly kind: 'tokenize' }

/** A mask on the output column at `index` (0-based), known by lineage before the target answered. */
export interface ColumnMask {
  readonly index: number
  readonly rule: string
  readonly method: MaskMethod
  /** NULL looks like any other value: of what is computed from a masked column it is an answer about that column. */
  readonly hidesNull?: boolean
}

/** A mask on every output column that the target says comes from this base column. */
export interface OriginMask {
  /** What the target calls the table: for PostgreSQL its OID. */
  readonly table: number
  /** The column's number in the table, from 1. */
  readonly attribute: number
  readonly rule: string
  readonly method: MaskMethod
}

export interface DetectorMask {
  readonly detector: string
  readonly rule: string
  readonly method: MaskMethod
}

/** Everything the masker needs for one operation; empty arrays mean that nothing is masked. */
export interface MaskingPlan {
  /** How many output columns `columns` was computed for; a result of another width is refused. Absent = unknown. */
  readonly width?: number
  readonly columns: readonly ColumnMask[]
  readonly origins: readonly OriginMask[]
  readonly detectors: readonly DetectorMask[]
  /** Method for output columns of unknown origin while the operation touches masked data. Absent = they pass. */
  readonly unknownOrigin?: { readonly rule: string; readonly method: MaskMethod }
  /** The operation touches masked columns: what the target says of it in words (errors, notices) may quote their values. */
  readonly touchesMasked?: boolean
}

export const emptyPlan: MaskingPlan = { columns: [], origins: [], detectors: [] }

/** One output column as the target describes it. */
export interface Column {
  readonly name: string
  /** The target's name for the type, as `format` needs it: for PostgreSQL the type's OID. */
  readonly type: number
  /** 0 when the value comes from no single base column. */
  readonly table: number
  readonly attribute: number
  readonly format: 'text' | 'binary'
}

/** Masks the cells of one result. Holds counters, so one per result. */
export interface RowMasker {
  /** Whether any column can change: when false, rows may be forwarded unread. */
  readonly active: boolean
  /** By column: whether `mask` has to be called for it. */
  readonly masked: readonly boolean[]
  /** The cell as the client may see it; `null` is SQL NULL. Returns the same buffer when nothing changed. */
  mask(index: number, cell: Uint8Array | null): Uint8Array | null
  /** How many cells were changed so far. */
  readonly maskedCells: number
}
