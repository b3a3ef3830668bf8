import type { PreparedText } from '@wardgate/gateway'
import type { FieldDescription } from '../wire'
import type { Run } from './run'

/** Unused names cost memory here and at the target. */
export const MAX_STATEMENTS = 4_096
export const MAX_PORTALS = 256
/** Statement texts of one session, all together. */
export const MAX_STATEMENT_BYTES = 64 * 1024 * 1024

export interface Statement {
  readonly name: string
  readonly text: string
  readonly types: readonly number[]
  /** Which run of messages up to a Sync it was parsed in. */
  readonly group: number
  /** Whether the target has said that it exists. */
  isConfirmed: boolean
  /** The target has refused it. */
  isRefused: boolean
  /** What the name stood for, should the target refuse this one; given up when it has not. */
  previous: Statement | undefined
}

/** A statement bound to values: keeps the statement that it was bound with, whatever its name stands for later. */
export interface Portal {
  readonly name: string
  run: Run
  readonly group: number
  isConfirmed: boolean
  state: 'bound' | 'running' | 'suspended' | 'ended'
  /** A Describe of it is on its way or answered. */
  isDescribed: boolean
  columns: readonly FieldDescription[] | undefined
}

/** What the client may refer to by name. A name that is not here is refused: nothing was decided about it. */
export class PreparedObjects {
  readonly statements = new Map<string, Statement>()
  readonly portals = new Map<string, Portal>()
  /** Counts how often SQL may have given the names other meanings. */
  generation = 0
  private bytes = 0

  addStatement(statement: Statement): void {
    const replaced = this.statements.get(statement.name)
    this.bytes += statement.text.length - (replaced?.text.length ?? 0)
    this.statements.set(statement.name, statement)
  }

  get isFull(): boolean {
    return this.statements.size >= MAX_STATEMENTS || this.bytes >= MAX_STATEMENT_BYTES
  }

  confirmStatement(statement: Statement): void {
    statement.isConfirmed = true
    statement.previous = undefined
  }

  /** The target refused it: the name stands for what it stood for before. */
  revertStatement(statement: Statement): void {
    statement.isRefused = true
    if (this.statements.get(statement.name) !== statement) return
    this.removeStatement(statement)
    let { previous } = statement
    while (previous?.isRefused === true) previous = previous.previous
    if (previous !== undefined) this.addStatement(previous)
  }

  /** The target skipped its Close. A name that may have another meaning by now is not given back. */
  reopenStatement(statement: Statement, generation: number): void {
    if (generation === this.generation && !this.statements.has(statement.name))
      this.addStatement(statement)
  }

  removeStatement(statement: Statement): void {
    if (this.statements.get(statement.name) !== statement) return
    this.statements.delete(statement.name)
    this.bytes -= statement.text.length
  }

  clearStatements(): void {
    this.generation += 1
    this.statements.clear()
    this.bytes = 0
  }

  addPortal(portal: Portal): void {
    const replaced = this.portals.get(portal.name)
    if (replaced !== undefined) this.removePortal(replaced)
    this.portals.set(portal.name, portal)
  }

  removePortal(portal: Portal): void {
    if (this.portals.get(portal.name) === portal) this.portals.delete(portal.name)
    endPortal(portal)
  }

  /** Portals end with their transaction; those of later groups are not there yet. */
  endPortalsUpTo(group: number): void {
    if (this.portals.size === 0) return
    for (const portal of [...this.portals.values()])
      if (portal.group <= group) this.removePortal(portal)
  }

  /** SQL can give these names to other queries: what was decided about them no longer holds. */
  endNamedPortals(): void {
    for (const portal of [...this.portals.values()])
      if (portal.name !== '') this.removePortal(portal)
  }

  endAll(): void {
    for (const portal of [...this.portals.values()]) this.removePortal(portal)
  }

  /** Named statements, for a text that could run one of them by name. */
  named(): PreparedText[] {
    return [...this.statements.values()]
      .filter(({ name }) => name !== '')
      .map(({ name, text, types }) => ({ name, text, parameterTypes: types }))
  }
}

/** A running portal's outcome is written when the target has answered. */
function endPortal(portal: Portal): void {
  if (portal.state === 'bound') portal.run.settle('cancelled')
  if (portal.state === 'suspended') portal.run.settle('succeeded')
  portal.state = 'ended'
}
