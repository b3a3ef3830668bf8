/** What the facts need of a shell text. Which branch runs, and how often, is no part of it: every command counts. */
export interface Statement {
  /** Absent in `> file`. */
  readonly command?: Command
  readonly redirects: readonly Redirect[]
  readonly background: boolean
}

export type Command = SimpleCommand | Declaration | Compound

export interface SimpleCommand {
  readonly kind: 'simple'
  readonly assignments: readonly Assignment[]
  readonly words: readonly Word[]
}

/** `export`, `declare`, `local`, `readonly`, `typeset`, `nameref`. */
export interface Declaration {
  readonly kind: 'declaration'
  readonly variant: string
  readonly assignments: readonly Assignment[]
}

/** Everything that holds other commands: lists, pipelines, groups, loops, conditions, functions. */
export interface Compound {
  readonly kind: 'compound'
  readonly construct: Construct
  readonly statements: readonly Statement[]
  readonly words: readonly Word[]
  /** Leaves of expressions that the shell evaluates as arithmetic. */
  readonly arithmetic: readonly Word[]
  /** Variables that are set. */
  readonly names: readonly string[]
}

export type Construct =
  | 'list'
  | 'pipeline'
  | 'group'
  | 'condition'
  | 'loop'
  | 'function'
  | 'test'
  | 'arithmetic'
  | 'time'
  | 'coprocess'

export interface Assignment {
  /** Absent for a word whose name is computed. */
  readonly name?: string
  readonly values: readonly Word[]
  /** Subscripts, evaluated as arithmetic. */
  readonly arithmetic: readonly Word[]
  /** `export NAME` without a value. */
  readonly naked: boolean
}

export interface Redirect {
  /** Such as `3` in `3<file`; empty = the usual one. */
  readonly descriptor: string
  readonly operator: RedirectOperator
  readonly word: Word
  /** The body of a here-document. */
  readonly body?: Word
}

export type RedirectOperator =
  '>' | '>>' | '<' | '<>' | '<&' | '>&' | '>|' | '<<' | '<<-' | '<<<' | '&>' | '&>>'

export interface Word {
  readonly parts: readonly Part[]
}

export type Part =
  /** Unquoted, or between double quotes; backslashes as written. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'single-quoted'; readonly text: string; readonly ansi: boolean }
  | { readonly kind: 'double-quoted'; readonly parts: readonly Part[]; readonly locale: boolean }
  | Parameter
  | { readonly kind: 'command-substitution'; readonly statements: readonly Statement[] }
  | { readonly kind: 'process-substitution'; readonly statements: readonly Statement[] }
  | { readonly kind: 'arithmetic'; readonly leaves: readonly Word[]; readonly bracket: boolean }
  | { readonly kind: 'extended-glob'; readonly pattern: string }

/** `$x`, `${x:-y}` and the like. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly name: string
  readonly words: readonly Word[]
  readonly arithmetic: readonly Word[]
  /** `${x=y}` and `${x:=y}`. */
  readonly assigns: boolean
  /** `${!x}` and `${x@P}`, which evaluate what the variable holds. */
  readonly evaluates: boolean
}
