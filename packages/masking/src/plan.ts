/** How a value is changed as a whole. Pure data: it travels in the verdict. */
export type ValueMethod =
  | { readonly kind: 'redact' }
  | { readonly kind: 'null' }
  | {
      readonly kind: 'partial'
      readonly keepFirst: number
      readonly keepLast: number
      /** How many characters every masked value has, so that none tells its length; absent = as many as the value. */
      readonly width?: number
    }
  | { readonly kind: 'hash' }
  | { readonly kind: 'tokenize' }
  /**
   * Dates and times moved by up to so many days. Equal days move alike; with `by`, a column of the same table, those of
   * one value of it do, where the result shows that value (`ColumnMask.key`).
   */
  | { readonly kind: 'shift'; readonly days: number; readonly by?: string }

/** Masks at places within a value that holds JSON; a value that holds none is redacted. */
export interface WithinMethod {
  readonly kind: 'within'
  readonly parts: readonly { readonly path: string; readonly method: ValueMethod }[]
}

export type MaskMethod = ValueMethod | WithinMethod

/** A mask on the output column at `index` (0-based), known by lineage before the target answered. */
export interface ColumnMask {
  readonly index: number
  readonly rule: string
  readonly method: MaskMethod
  /** The column's type where the target does not say it with the rows, as in COPY. */
  readonly type?: number
  /** NULL looks like any other value: of what is computed from a masked column it is an answer about that column. */
  readonly hidesNull?: boolean
  /** Of a shift: the output column of the same row whose value says how far. */
  readonly key?: RowKey
}

export interface RowKey {
  readonly index: number
  /** What the target calls its type. */
  readonly type: number
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

/** A mask on values in bodies, by where they stand: JSON members, form fields, CSV columns, XML elements. */
export interface PathMask {
  /** `$.a.b[*].c`, `$..ssn`, or a bare name `ssn`, which is the same as `$..ssn`; `*` and `?` in names. */
  readonly path: string
  readonly rule: string
  readonly method: MaskMethod
}

/** A mask on the values of a header; of cookies the values, not the names and attributes. */
export interface HeaderMask {
  /** The header's name in any letter case; `*` and `?` stand for characters. */
  readonly name: string
  readonly rule: string
  readonly method: MaskMethod
}

/** Everything the masker needs for one operation; empty arrays mean that nothing is masked. */
export interface MaskingPlan {
  /** How many output columns `columns` was computed for; a result of another width is refused. Absent = unknown. */
  readonly width?: number
  readonly columns: readonly ColumnMask[]
  readonly origins: readonly OriginMask[]
  /**
   * The tables that the decision knew of: a result with a column of another table is refused, because names have come to
   * mean something else since. Absent = not known, and `origins` then names every masked column.
   */
  readonly tables?: readonly number[]
  readonly detectors: readonly DetectorMask[]
  /** Method for output columns of unknown origin while the operation touches masked data. Absent = they pass. */
  readonly unknownOrigin?: { readonly rule: string; readonly method: MaskMethod }
  /** The operation touches masked columns: what the target says of it in words (errors, notices) may quote their values. */
  readonly touchesMasked?: boolean
  readonly paths?: readonly PathMask[]
  readonly headers?: readonly HeaderMask[]
  /**
   * What becomes of bodies in which `paths` and `detectors` cannot be looked for; `scan`: they pass when no detector finds
   * anything in their bytes. Absent = refuse.
   */
  readonly unreadable?: 'refuse' | 'scan' | 'pass'
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
  /** Columns whose cells it has to see before any other of the row. */
  readonly rowKeys: readonly number[]
  /** The cell of one of `rowKeys`, as the target sent it. */
  see(index: number, cell: Uint8Array | null): void
  /** The cell as the client may see it; `null` is SQL NULL. Returns the same buffer when nothing changed. */
  mask(index: number, cell: Uint8Array | null): Uint8Array | null
  /**
   * Masks the cell `bytes[start, end)` where it lies, which only the owner of the bytes may ask for. False = nothing was
   * changed, because the masked value takes more or fewer bytes or the column is not masked so: `mask` has to be called.
   */
  maskInPlace(index: number, bytes: Uint8Array, start: number, end: number): boolean
  /** Whether a long cell can take long: then `ahead` is for the cells of large rows. */
  readonly takesSteps: boolean
  /**
   * Looks at a cell before `mask` is asked for it, a step at a time, so that others have their turn between; `mask` then
   * answers at once. Throws a GatewayError when the cell cannot be shown.
   */
  ahead(index: number, cell: Uint8Array): Generator<undefined, void, undefined>
  /** How many cells were changed so far. */
  readonly maskedCells: number
}

/**
 * Masks a body or an output that streams by. Holds state, so one per stream. Every method throws a GatewayError when
 * the bytes are not what they were said to be or a limit is passed: then nothing more may go to the client.
 */
export interface StreamMasker {
  /** When false the bytes may pass unread. */
  readonly active: boolean
  /** The bytes that may go to the client now; what may still be the start of something masked is held back. */
  write(chunk: Uint8Array): Uint8Array
  /**
   * Whether what was written is not worked through yet: each `write` of nothing goes a step on, so that others have their
   * turn between. Whoever writes more or ends has the rest done at once.
   */
  readonly isBehind: boolean
  /**
   * For a person who waits at a terminal: what is held back, judged as if it went no further. Where more of it comes
   * later only that is masked. Empty for bodies, which nobody watches while they arrive.
   */
  idle(): Uint8Array
  /** The rest. */
  end(): Uint8Array
  /** How many values were changed so far. */
  readonly maskedCells: number
}
