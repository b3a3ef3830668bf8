import {
  type Operation as WireOperation,
  type Parameter as WireParameter,
  type SessionState as WireState,
  SqlDialect,
  StatementPhase,
  TransactionStatus,
  ValueFormat,
} from '@wardgate/contract'
import type { Operation, Parameter, SessionState } from '@wardgate/gateway'

const dialects = {
  postgresql: SqlDialect.SQL_DIALECT_POSTGRESQL,
  mysql: SqlDialect.SQL_DIALECT_MYSQL,
} as const

const phases = {
  simple: StatementPhase.STATEMENT_PHASE_SIMPLE,
  prepare: StatementPhase.STATEMENT_PHASE_PREPARE,
  execute: StatementPhase.STATEMENT_PHASE_EXECUTE,
} as const

const transactions = {
  idle: TransactionStatus.TRANSACTION_STATUS_IDLE,
  active: TransactionStatus.TRANSACTION_STATUS_ACTIVE,
  failed: TransactionStatus.TRANSACTION_STATUS_FAILED,
} as const

export function operationToWire(operation: Operation): WireOperation {
  const parameters = operation.parameters.map(parameterToWire)
  const state = stateToWire(operation.state)
  switch (operation.kind) {
    case 'statement': {
      const { text, prepared } = operation
      const value = {
        dialect: dialects[operation.dialect],
        phase: phases[operation.phase],
        text,
        parameters,
        prepared: [...prepared],
        state,
      }
      return { kind: { $case: 'statement', value } }
    }
    case 'function-call': {
      const value = { functionId: operation.functionId, parameters, state }
      return { kind: { $case: 'functionCall', value } }
    }
  }
}

function parameterToWire({ type, format, value }: Parameter): WireParameter {
  return {
    type,
    format: format === 'text' ? ValueFormat.VALUE_FORMAT_TEXT : ValueFormat.VALUE_FORMAT_BINARY,
    value: value === null ? undefined : asBuffer(value),
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function stateToWire(state: SessionState): WireState {
  return {
    database: state.database,
    searchPath: [...(state.searchPath ?? [])],
    searchPathKnown: state.searchPath !== undefined,
    role: state.role,
    transaction: transactions[state.transaction],
  }
}
