import {
  type Decide,
  type Operation as WireOperation,
  type Parameter as WireParameter,
  type SessionState as WireState,
  SqlDialect,
  StatementPhase,
  TransactionStatus,
  ValueFormat,
  WithdrawReason,
} from '@wardgate/contract'
import type { Operation, Parameter, SessionState } from '@wardgate/gateway'
import { fromTable, malformed, requireId } from './malformed'

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

const withdrawals = {
  [WithdrawReason.WITHDRAW_REASON_ABANDONED]: 'abandoned',
  [WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED]: 'hold-elapsed',
} as const

export function withdrawReason(raw: WithdrawReason): 'abandoned' | 'hold-elapsed' {
  return fromTable(withdrawals, raw, 'reason of withdrawal')
}

export function operationOf(raw: Decide): { id: string; operation: Operation } {
  return { id: requireId(raw.operationId, 'operation id'), operation: toOperation(raw.operation) }
}

function toOperation(raw: WireOperation | undefined): Operation {
  const kind = raw?.kind
  switch (kind?.$case) {
    case 'statement': {
      const { text, prepared } = kind.value
      return {
        kind: 'statement',
        dialect: fromTable(dialects, kind.value.dialect, 'dialect'),
        phase: fromTable(phases, kind.value.phase, 'phase'),
        text,
        parameters: kind.value.parameters.map(toParameter),
        prepared,
        state: toState(kind.value.state),
      }
    }
    case 'functionCall':
      return {
        kind: 'function-call',
        functionId: kind.value.functionId,
        parameters: kind.value.parameters.map(toParameter),
        state: toState(kind.value.state),
      }
    case undefined:
      throw malformed('an operation of a kind that is not known')
  }
}

function toParameter({ type, format, value }: WireParameter): Parameter {
  return { type, format: fromTable(formats, format, 'value format'), value: value ?? null }
}

function toState(raw: WireState | undefined): SessionState {
  if (raw === undefined) throw malformed('an operation without its session state')
  const { database, role, searchPath, searchPathKnown } = raw
  return {
    database,
    role,
    transaction: fromTable(transactions, raw.transaction, 'transaction status'),
    ...(searchPathKnown ? { searchPath } : {}),
  }
}
