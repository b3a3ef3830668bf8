import type { SessionState } from '../operation'
import type { SessionGrant } from '../ports'

/** The part of every memo key that says whose verdict it is: principal, connection and session state. */
export class ScopeKey {
  #owner: readonly string[]
  readonly #sessionId: string
  #renewals = 0
  #database: string | undefined
  #role = ''
  #transaction = ''
  #searchPath: readonly string[] | undefined
  #key = ''

  constructor(
    grant: Pick<SessionGrant, 'sessionId' | 'principalId' | 'connectionId' | 'memoScope'>,
  ) {
    const shared =
      grant.memoScope === undefined ? ['session', grant.sessionId] : ['shared', grant.memoScope]
    this.#owner = [grant.principalId, grant.connectionId, ...shared]
    this.#sessionId = grant.sessionId
  }

  /** From now on names can mean to this session what they mean to no other, and did not mean before. */
  renew(): void {
    const [principalId = '', connectionId = ''] = this.#owner
    this.#renewals += 1
    this.#owner = [principalId, connectionId, 'since', this.#sessionId, String(this.#renewals)]
    this.#database = undefined
  }

  /** Compares by value, so a state object that is changed in place is noticed too. */
  of(state: SessionState): string {
    if (
      state.database === this.#database &&
      state.role === this.#role &&
      state.transaction === this.#transaction &&
      sameNames(state.searchPath, this.#searchPath)
    )
      return this.#key
    this.#database = state.database
    this.#role = state.role
    this.#transaction = state.transaction
    this.#searchPath = state.searchPath && [...state.searchPath]
    // JSON of strings holds no raw line feed, so the line feed after it keeps keys apart.
    this.#key = `${JSON.stringify([
      ...this.#owner,
      state.database,
      state.role,
      state.transaction,
      this.#searchPath ?? null,
    ])}\n`
    return this.#key
  }
}

function sameNames(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === b) return true
  if (a?.length !== b?.length || a === undefined || b === undefined) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
