import { loadModule, parseSync } from 'libpg-query'
import { isComplex } from './shape/complexity'
import { exceededPlannerLimit } from './shape/planner-limits'
import { child, isTree, integer, list, type Tree } from './tree'

/** Longer texts are refused unread. */
export const maxStatementBytes = 1_048_576
/** More statements than this in one text are refused. */
export const maxStatements = 200

export interface ParsedStatement {
  readonly tree: Tree
  /** The statement's own text. */
  readonly text: string
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly statements: readonly ParsedStatement[] }
  | { readonly kind: 'unreadable'; readonly reason: string }

let loaded: Promise<void> | undefined
let isLoaded = false

/** Loads the grammar; must have settled before anything is analysed. */
export async function loadParser(): Promise<void> {
  loaded ??= loadModule()
  await loaded
  isLoaded = true
}

function unreadable(reason: string): Parsed {
  return { kind: 'unreadable', reason }
}

/** Statement positions count UTF-8 bytes. */
function slices(text: string, statements: readonly Tree[]): ParsedStatement[] {
  const isAscii = Buffer.byteLength(text) === text.length
  const bytes = isAscii ? undefined : Buffer.from(text)
  return statements.map((statement) => {
    const start = integer(statement, 'stmt_location')
    const length = integer(statement, 'stmt_len')
    const end = length === 0 ? undefined : start + length
    const slice = bytes === undefined ? text.slice(start, end) : bytes.toString('utf8', start, end)
    return { tree: child(statement, 'stmt') ?? {}, text: slice }
  })
}

/** Parses with the grammar of PostgreSQL 18. Texts that could exhaust the parser's stack never reach it. */
export function parseText(text: string): Parsed {
  if (!isLoaded) return unreadable('the SQL parser is not loaded')
  if (text.length > maxStatementBytes || Buffer.byteLength(text) > maxStatementBytes) {
    return unreadable(`statement is longer than ${maxStatementBytes} bytes`)
  }
  if (text.includes('\0')) return unreadable('statement contains a NUL character')
  if (isComplex(text)) return unreadable('statement is nested too deeply')
  if (text.trim() === '') return { kind: 'parsed', statements: [] }
  try {
    const result: unknown = parseSync(text)
    const statements = isTree(result) ? list(result, 'stmts') : []
    if (statements.length > maxStatements) {
      return unreadable(`text holds more than ${maxStatements} statements`)
    }
    for (const statement of statements) {
      const reason = exceededPlannerLimit(statement)
      if (reason !== undefined) return unreadable(reason)
    }
    return { kind: 'parsed', statements: slices(text, statements) }
  } catch {
    // The parser's message can quote the text, constants included, so it is not repeated.
    return unreadable('statement is not valid PostgreSQL')
  }
}
