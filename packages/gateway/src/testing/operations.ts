import type { SessionState, StatementOperation } from '../operation'

export const idleState: SessionState = {
  database: 'shop',
  searchPath: ['public'],
  role: '',
  transaction: 'idle',
}

/** A simple statement, in the state that most tests mean. */
export function statement(
  text: string,
  rest: Partial<Omit<StatementOperation, 'kind' | 'text'>> = {},
): StatementOperation {
  return {
    kind: 'statement',
    dialect: 'postgresql',
    phase: 'simple',
    text,
    parameters: [],
    prepared: [],
    state: idleState,
    ...rest,
  }
}
