import {
  type FunctionCallOperation as WireFunctionCall,
  type Parameter as WireParameter,
  type PreparedStatement as WirePrepared,
  type SessionState as WireState,
  SqlDialect,
  type StatementOperation as WireStatement,
  StatementPhase,
  TransactionStatus,
  ValueFormat,
} from '@wardgate/contract'
import type {
  FunctionCallOperation,
  Parameter,
  PreparedText,
  SessionState,
  StatementOperation,
} from '@wardgate/gateway'

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

export function statementToWire(operation: StatementOperation): WireStatement {
  const { text, prepared } = operation
  return {
    dialect: dialects[operation.dialect],
    phase: phases[operation.phase],
    text,
    parameters: operation.parameters.map(parameterToWire),
    prepared: prepared.map(preparedToWire),
    state: stateToWire(operation.state),
  }
}

function preparedToWire({ name, text, parameterTypes }: PreparedText): WirePrepared {
  return { name, text, parameterTypes: [...parameterTypes] }
}

export function functionCallToWire(operation: FunctionCallOperation): WireFunctionCall {
  return {
    functionId: operation.functionId,
    parameters: operation.parameters.map(parameterToWire),
    state: stateToWire(operation.state),
  }
}

export function bytesToWire(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function parameterToWire({ type, format, value }: Parameter): WireParameter {
  return {
    type,
    format: format === 'text' ? ValueFormat.VALUE_FORMAT_TEXT : ValueFormat.VALUE_FORMAT_BINARY,
    value: value === null ? undefined : bytesToWire(value),
  }
}

function stateToWire(state: SessionState): WireState {
  return {
    database: state.database,
    searchPath: [...(state.searchPath ?? [])],
    searchPathKnown: state.searchPath !== undefined,
    styles: state.styles,
    role: state.role,
    transaction: transactions[state.transaction],
  }
}
