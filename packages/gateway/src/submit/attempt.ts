import type { GatewayError } from '@wardgate/errors'
import { forClient } from '../for-client'
import type { Operation } from '../operation'
import type { ControlVerdict } from '../ports'
import type { Denial, HoldListener, Permit } from '../protocol'
import type { SessionContext } from '../session-context'
import { newOperationId } from './operation-id'

/** One operation on its way through the submit steps. */
export class Attempt {
  /** Changes when a verdict came too late for its epoch and the operation is decided again. */
  operationId: string
  readonly context: SessionContext
  readonly operation: Operation
  readonly holdListener: HoldListener | undefined
  verdict: ControlVerdict | undefined = undefined
  fromMemo = false

  constructor(
    context: SessionContext,
    operation: Operation,
    holdListener: HoldListener | undefined,
  ) {
    this.context = context
    this.operationId = newOperationId(context.clock.now())
    this.operation = operation
    this.holdListener = holdListener
  }
}

/** Undefined = the next step goes on. Only steps that must wait return a promise: a memo hit waits for nothing. */
export type StepResult = Permit | Denial | undefined
export type Step = (attempt: Attempt) => StepResult | Promise<StepResult>

export function denial(attempt: Attempt, error: GatewayError): Denial {
  const { operationId } = attempt
  return { kind: 'denial', operationId, error: forClient(error, `operation ${operationId}`) }
}
