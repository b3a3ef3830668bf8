import type { Estimate } from '@wardgate/contract'
import type { StatementOperation } from '@wardgate/gateway'
import type { Access } from '../control/grant'

export interface EstimateRequest {
  readonly access: Access
  readonly operation: StatementOperation
  readonly signal: AbortSignal
}

/** Asks one kind of target what it expects of a statement, without running it. Undefined = it does not say. */
export type Estimator = (request: EstimateRequest) => Promise<Estimate | undefined>
