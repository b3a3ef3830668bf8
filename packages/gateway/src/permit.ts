import { type GatewayError, LimitError, toGatewayError } from '@wardgate/errors'
import {
  compileBodyMasker,
  compileHeaderMasker,
  compileMasker,
  type Column,
  type MaskingPlan,
  type RowMasker,
  type StreamMasker,
} from '@wardgate/masking'
import type { Outcome } from './operation'
import type { TimeLimit } from './ports'
import { permitProof } from './proof'
import type { Permit } from './protocol'
import type { RowBudget } from './row-budget/row-budget'
import { takeRow } from './row-budget/take-row'
import type { SessionContext } from './session-context'

/** By plan, the masker of its last result that it left as it is: a plan is of one verdict, and that of one principal. */
const idle = new WeakMap<MaskingPlan, IdleMasker>()

/** What an allow verdict obliges to. */
export interface Allowance {
  readonly masking: MaskingPlan
  readonly rowLimit?: number
  readonly hourlyRowLimit?: number
  readonly timeLimit?: TimeLimit
  readonly readOnly: boolean
  readonly recording: 'full' | 'statements' | 'off'
  readonly lines?: boolean
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
  readonly lines: boolean
  readonly rowLimit?: number
  readonly limitMillis?: number
  readonly mayBeCut: boolean
  readonly #context: SessionContext
  readonly #startedMicros: number
  readonly #ended: ((outcome: Outcome) => void) | undefined
  #budget: RowBudget | undefined
  #isSettled = false
  #maskHeader: ((name: string, value: string) => string) | undefined

  constructor(
    context: SessionContext,
    operationId: string,
    allowance: Allowance,
    ended?: (outcome: Outcome) => void,
  ) {
    this.operationId = operationId
    this.allowance = allowance
    this.#context = context
    this.#ended = ended
    this.readOnly = allowance.readOnly
    this.unmasked = masksNothing(allowance.masking)
    this.touchesMasked = allowance.masking.touchesMasked ?? false
    this.lines = allowance.lines ?? false
    const { rowLimit, hourlyRowLimit, timeLimit } = allowance
    if (rowLimit !== undefined) this.rowLimit = rowLimit
    if (timeLimit !== undefined) this.limitMillis = timeLimit.millis
    this.mayBeCut = [rowLimit, hourlyRowLimit, timeLimit].some((limit) => limit !== undefined)
    this.#startedMicros = context.clock.micros()
  }

  takeRow(): GatewayError | undefined | Promise<GatewayError | undefined> {
    const limit = this.allowance.hourlyRowLimit
    if (limit === undefined) return undefined
    const { rowBudgets, session } = this.#context
    const { principalId, connectionId } = session.grant
    this.#budget ??= rowBudgets.of({ principalId, connectionId, limit })
    return takeRow(this.#budget, limit)
  }

  tooLong(): GatewayError {
    const { millis = 0, rule = '' } = this.allowance.timeLimit ?? {}
    const message = `it took longer than the ${millis / 1000} s that rule ${rule} permits, and was stopped`
    return new LimitError('ERR_LIMIT_TIME', message)
  }

  masker(columns: readonly Column[]): RowMasker {
    const plan = this.allowance.masking
    const known = idle.get(plan)
    if (known?.isFor(columns) === true) return known
    const masker = compileMasker({ plan, columns, key: this.#context.session.grant.maskingKey })
    if (!masker.active) idle.set(plan, new IdleMasker(columns))
    return masker
  }

  body(mediaType: string): StreamMasker {
    const plan = this.allowance.masking
    return compileBodyMasker({ plan, mediaType, key: this.#context.session.grant.maskingKey })
  }

  header(name: string, value: string): string {
    const plan = this.allowance.masking
    this.#maskHeader ??= compileHeaderMasker({ plan, key: this.#context.session.grant.maskingKey })
    return this.#maskHeader(name, value)
  }

  settle(outcome: Outcome): void {
    const { spool, log, unsettled, abort, clock, session } = this.#context
    if (this.#isSettled) {
      log.warn({ operationId: this.operationId, status: outcome.status }, 'settled twice')
      return
    }
    this.#isSettled = true
    unsettled.delete(this)
    this.#ended?.(outcome)
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
function masksNothing(plan: MaskingPlan): boolean {
  const { width, columns, origins, detectors, unknownOrigin, paths = [], headers = [] } = plan
  const masks = [columns, origins, detectors, paths, headers]
  return (
    width === undefined && unknownOrigin === undefined && masks.every(({ length }) => length === 0)
  )
}

function isSameColumn(column: Column, known: Column | undefined): boolean {
  return (
    column.name === known?.name &&
    column.type === known.type &&
    column.table === known.table &&
    column.attribute === known.attribute &&
    column.format === known.format
  )
}

/** Of results that were found to have nothing to mask; it keeps nothing of any of them. */
class IdleMasker implements RowMasker {
  readonly active = false
  readonly masked: readonly boolean[]
  readonly maskedCells = 0
  readonly rowKeys: readonly number[] = []
  readonly takesSteps = false
  readonly #columns: readonly Column[]

  constructor(columns: readonly Column[]) {
    this.#columns = columns
    this.masked = columns.map(() => false)
  }

  isFor(columns: readonly Column[]): boolean {
    if (this.#columns === columns) return true
    if (this.#columns.length !== columns.length) return false
    return columns.every((column, index) => isSameColumn(column, this.#columns[index]))
  }

  see(): void {
    // There are no keys.
  }

  mask(index: number, cell: Uint8Array | null): Uint8Array | null {
    // A cell beyond the described columns was judged by nobody: fails closed.
    return index < this.masked.length ? cell : null
  }

  maskInPlace(): boolean {
    return false
  }

  *ahead(): Generator<undefined, void, undefined> {
    // Nothing is looked at.
  }
}
