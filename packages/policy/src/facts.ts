/** What an operation does, in words that every protocol shares. Produced by facts extractors, read by rules. */
export const actionNames = [
  'read',
  'insert',
  'update',
  'delete',
  'write',
  'truncate',
  'create',
  'alter',
  'drop',
  'grant',
  'execute',
  'call',
  'lock',
  'set',
  'copy',
  'notify',
  'listen',
  'transaction',
  'admin',
  'replicate',
  'connect',
  'exec',
  'shell',
  'forward',
  'upload',
  'download',
] as const
export type ActionName = (typeof actionNames)[number]

export interface ActionFact {
  readonly action: ActionName
  /** `<kind>:<name>`, such as `table:public.customers`, `function:pg_catalog.now`, `setting:search_path`. */
  readonly resource: string
}

export interface RiskFactor {
  /** Stable name, documented in docs/reference/risk.md. */
  readonly name: string
  readonly points: number
  readonly explanation: string
}

export interface Facts {
  /** Kind of operation: `sql`, `http`, `ssh` …; also the prefix of `detail` keys. */
  readonly kind: string
  /** One line for people: `DELETE on public.orders`. Never built from comments or literals. */
  readonly summary: string
  readonly actions: readonly ActionFact[]
  /** Why the operation cannot be known statically; empty when it can. Opaque = deny unless a rule names `opaque`. */
  readonly opaque: readonly string[]
  readonly risk: { readonly score: number; readonly factors: readonly RiskFactor[] }
  /** Protocol detail, flat: `sql.statement`, `sql.functions`, `http.method`. */
  readonly detail: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** Whether a literal of the text decides anything in these facts; then no `shape` memo may be given. */
  readonly literalsMatter: boolean
}
