import { toGatewayError } from '@wardgate/errors'
import { compileMasker, type Column, type MaskingPlan, type RowMasker } from '@wardgate/masking'
import type { Outcome } from './operation'
import { permitProof } from './proof'
import type { Permit } from './protocol'
import type { SessionContext } from './session-context'

/** What an allow verdict obliges to. */
export interface Allowance {
  readonly masking: MaskingPlan
  readonly rowLimit?: number
  readonly readOnly: boolean
  readonly recording: 'full' | 'statements' | 'off'
}

/** The one implementation of Permit. Made by the last submit step, after the intent is in the spool. */
export class OperationPermit implements Permit {
  readonly kind = 'permit'
  readonly [permitProof] = true
  readonly operationId: string
  readonly allowance: Allowance
  readonly readOnly: boolean
  readonly unmasked: boolean
  readonly touchesMasked: boolean
  readonly rowLimit?: number
  readonly #context: SessionContext
  readonly #startedMicros: number
  #isSettled = false

  constructor(context: SessionContext, operationId: string, allowance: Allowance) {
    this.operationId = operationId
    this.allowance = allowance
    this.#context = context
    this.readOnly = allowance.readOnly
    this.unmasked = masksNothing(allowance.masking)
    this.touchesMasked = allowance.masking.touchesMasked ?? false
    if (allowance.rowLimit !== undefined) this.rowLimit = allowance.rowLimit
    this.#startedMicros = context.clock.micros()
  }

  masker(columns: readonly Column[]): RowMasker {
    const key = this.#context.session.grant.maskingKey
    return compileMasker({ plan: this.allowance.masking, columns, key })
  }

  settle(outcome: Outcome): void {
    const { spool, log, unsettled, abort, clock, session } = this.#context
    if (this.#isSettled) {
      log.warn({ operationId: this.operationId, status: outcome.status }, 'settled twice')
      return
    }
    this.#isSettled = true
    unsettled.delete(this)
    try {
      spool.append({
        kind: 'outcome',
        sessionId: session.grant.sessionId,
        operationId: this.operationId,
        outcome,
        durationMicros: Math.max(0, Math.round(clock.micros() - this.#startedMicros)),
      })
    } catch (caught) {
      // Fails closed: the operation has run, so all that is left is that nothing more runs in this session.
      const error = toGatewayError(caught)
      log.error({ operationId: this.operationId, err: error }, 'outcome not recorded')
      abort(error)
    }
  }
}

// A plan with a width is never nothing: a wider result has columns that nobody knew of when it was planned.
function masksNothing({ width, columns, origins, detectors, unknownOrigin }: MaskingPlan): boolean {
  return (
    width === undefined &&
    unknownOrigin === undefined &&
    columns.length + origins.length + detectors.length === 0
  )
}
