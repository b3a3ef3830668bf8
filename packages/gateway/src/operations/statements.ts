/** A bound parameter, as it was on the wire. */
export interface Parameter {
  /** The target's name for the type; 0 = left to the target. */
  readonly type: number
  readonly format: 'text' | 'binary'
  /** null = SQL NULL. */
  readonly value: Uint8Array | null
}

/** How the target reads dates, intervals and times: '01/02/2026' is another day in another style. */
export interface ReadingStyles {
  readonly dateStyle: string
  readonly intervalStyle: string
  readonly timeZone: string
}

/** What the engine knows about the session that changes the meaning of a statement. */
export interface SessionState {
  readonly database: string
  /** In force when names are resolved, outermost first; absent = unknown, and every schema counts. */
  readonly searchPath?: readonly string[]
  /** The role that the target checks rights against; empty = the login role. */
  readonly role: string
  readonly transaction: 'idle' | 'active' | 'failed'
  /** Absent = not known. */
  readonly styles?: ReadingStyles
}

/** A statement that was prepared by a protocol message. */
export interface PreparedText {
  readonly name: string
  readonly text: string
  /** Types of its parameters by the target's names for them; 0 = left to the target. */
  readonly parameterTypes: readonly number[]
}

export interface StatementOperation {
  readonly kind: 'statement'
  readonly dialect: 'postgresql' | 'mysql'
  /** How it came: one string that may hold several statements, a parse request, or a bound execution. */
  readonly phase: 'simple' | 'prepare' | 'execute'
  readonly text: string
  readonly parameters: readonly Parameter[]
  /** Statements prepared by protocol messages that this text could run by name; sent only when it could. */
  readonly prepared: readonly PreparedText[]
  readonly state: SessionState
}

/** A fast-path function call by object id (PostgreSQL FunctionCall). */
export interface FunctionCallOperation {
  readonly kind: 'function-call'
  readonly functionId: number
  readonly parameters: readonly Parameter[]
  readonly state: SessionState
}
