import type { Work } from '../lineage/work'
import type { ParsedStatement } from '../parser'
import { text, unwrap } from '../tree'
import { add, changesBefore, lastingChanges, type SchemaChange } from './change'
import { definitionsOf } from './definitions'
import { isFollowed } from './followed'

interface After {
  readonly statement: ParsedStatement
  readonly work: Work
  /** False = it brings code that nobody has followed. */
  readonly isClean: boolean
  /** It can have done anything: then nothing is known of what the session made. */
  readonly isOpaque: boolean
}

/** What a session has changed of the schema, statement by statement. */
export class SessionChanges {
  /** What holds now. */
  now: readonly SchemaChange[]
  /** All that there was since the beginning, what was undone too. */
  met: readonly SchemaChange[]

  constructor(earlier: readonly SchemaChange[]) {
    this.now = earlier
    this.met = earlier
  }

  follow(after: After): void {
    const { statement, work, isClean, isOpaque } = after
    const { tree } = statement
    const { kind, body } = unwrap(tree)
    if (isOpaque || !isFollowed(tree)) this.now = []
    else if (kind === 'TransactionStmt') this.#end(text(body, 'kind'), text(body, 'savepoint_name'))
    else {
      const made = definitionsOf(kind, { statement, body, work, isClean, met: this.met })
      this.now = add(this.now, made)
      this.met = add(this.met, made)
    }
  }

  #end(kind: string, savepoint: string): void {
    if (kind === 'TRANS_STMT_ROLLBACK') this.now = lastingChanges(this.now)
    else if (kind === 'TRANS_STMT_ROLLBACK_TO') this.now = changesBefore(this.now, savepoint)
    // One before any change needs no mark: rolling back to it undoes them all.
    else if (kind === 'TRANS_STMT_SAVEPOINT' && this.now.length > 0)
      this.now = add(this.now, [{ kind: 'savepoint', name: savepoint }])
  }
}
