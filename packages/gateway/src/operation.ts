import type { CommandOperation, FileOperation, ForwardOperation } from './operations/commands'
import type { ReplicationOperation } from './operations/replication'
import type { MessageOperation, RequestOperation, ToolCallOperation } from './operations/requests'
import type {
  FunctionCallOperation,
  Parameter,
  SessionState,
  StatementOperation,
} from './operations/statements'

export * from './operations/commands'
export * from './operations/replication'
export * from './operations/requests'
export * from './operations/statements'

/** The unit that is submitted: everything a client message can cause at the target. A closed union. */
export type Operation =
  | StatementOperation
  | FunctionCallOperation
  | ReplicationOperation
  | RequestOperation
  | MessageOperation
  | ToolCallOperation
  | CommandOperation
  | FileOperation
  | ForwardOperation

/** Operations whose meaning depends on what the session did before. */
export type StatefulOperation = Extract<Operation, { readonly state: unknown }>

export function isStateful(operation: Operation): operation is StatefulOperation {
  return 'state' in operation
}

const noState: SessionState = { database: '', role: '', transaction: 'idle' }

export function stateOf(operation: Operation): SessionState {
  return isStateful(operation) ? operation.state : noState
}

export function parametersOf(operation: Operation): readonly Parameter[] {
  return isStateful(operation) ? operation.parameters : []
}

/** How an operation ended, for the outcome entry. */
export interface Outcome {
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'unknown'
  /** The target's own completion word, such as `DELETE 3`. */
  readonly completion?: string | undefined
  readonly rows: number
  readonly bytes: number
  readonly maskedCells: number
  /** The target's code and masked message when it failed. */
  readonly error?: { readonly code: string; readonly message: string } | undefined
}
