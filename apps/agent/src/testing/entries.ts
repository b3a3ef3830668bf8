import type { ControlVerdict, Operation, SpoolEntry, StatementOperation } from '@wardgate/gateway'
import { emptyPlan } from '@wardgate/masking'

export const sampleOperation: StatementOperation = {
  kind: 'statement',
  dialect: 'postgresql',
  phase: 'simple',
  text: 'SELECT id, name, email FROM customers WHERE id = 4711',
  parameters: [],
  prepared: [],
  state: { database: 'shop', role: '', transaction: 'idle' },
}

export const sampleVerdict: ControlVerdict = {
  outcome: { kind: 'allow', masking: emptyPlan, readOnly: false, recording: 'full' },
  determinedBy: [{ policy: 'autogen-orders', rule: 'read' }],
  memo: 'shape',
  epoch: 7n,
  summary: 'SELECT on public.customers',
  actions: [{ action: 'read', resource: 'table:public.customers' }],
}

export function intentEntry(
  operationId: string,
  operation: Operation = sampleOperation,
): SpoolEntry {
  const sessionId = '01930000-0000-7000-8000-000000000001'
  return {
    kind: 'intent',
    sessionId,
    operationId,
    operation,
    verdict: sampleVerdict,
    fromMemo: true,
  }
}

export function outcomeEntry(operationId: string): SpoolEntry {
  return {
    kind: 'outcome',
    sessionId: '01930000-0000-7000-8000-000000000001',
    operationId,
    outcome: { status: 'succeeded', completion: 'SELECT 1', rows: 1, bytes: 120, maskedCells: 1 },
    durationMicros: 512,
  }
}
