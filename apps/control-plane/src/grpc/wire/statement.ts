import {
  type FunctionCallOperation as WireFunctionCall,
  type Parameter as WireParameter,
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
  SessionState,
  StatementOperation,
} from '@wardgate/gateway'
import { fromTable, malformed } from './malformed'

const dialects = {
  [SqlDialect.SQL_DIALECT_POSTGRESQL]: 'postgresql',
  [SqlDialect.SQL_DIALECT_MYSQL]: 'mysql',
} as const

const phases = {
  [StatementPhase.STATEMENT_PHASE_SIMPLE]: 'simple',
  [StatementPhase.STATEMENT_PHASE_PREPARE]: 'prepare',
  [StatementPhase.STATEMENT_PHASE_EXECUTE]: 'execute',
} as const

const transactions = {
  [TransactionStatus.TRANSACTION_STATUS_IDLE]: 'idle',
  [TransactionStatus.TRANSACTION_STATUS_ACTIVE]: 'active',
  [TransactionStatus.TRANSACTION_STATUS_FAILED]: 'failed',
} as const

const formats = {
  [ValueFormat.VALUE_FORMAT_TEXT]: 'text',
  [ValueFormat.VALUE_FORMAT_BINARY]: 'binary',
} as const

export function statementOf(raw: WireStatement): StatementOperation {
  const { text, prepared } = raw
  return {
    kind: 'statement',
    dialect: fromTable(dialects, raw.dialect, 'dialect'),
    phase: fromTable(phases, raw.phase, 'phase'),
    text,
    parameters: raw.parameters.map(toParameter),
    prepared,
    state: toState(raw.state),
  }
}

export function functionCallOf(raw: WireFunctionCall): FunctionCallOperation {
  return {
    kind: 'function-call',
    functionId: raw.functionId,
    parameters: raw.parameters.map(toParameter),
    state: toState(raw.state),
  }
}

export function valueFormat(format: ValueFormat): 'text' | 'binary' {
  return fromTable(formats, format, 'value format')
}

function toParameter({ type, format, value }: WireParameter): Parameter {
  return { type, format: valueFormat(format), value: value ?? null }
}

function toState(raw: WireState | undefined): SessionState {
  if (raw === undefined) throw malformed('an operation without its session state')
  const { database, role, searchPath, searchPathKnown, styles } = raw
  return {
    database,
    role,
    transaction: fromTable(transactions, raw.transaction, 'transaction status'),
    ...(searchPathKnown ? { searchPath } : {}),
    ...(styles === undefined ? {} : { styles }),
  }
}
