import type { Estimate } from '@wardgate/contract'
import type { Operation } from '@wardgate/gateway'
import type { Access } from '../control/grant'
import type { Estimator } from './estimator'
import { estimatePostgres } from './postgres/estimate'

/** By dialect of the statement. Dialects without one have no estimates. */
const estimators: Readonly<Record<string, Estimator>> = { postgresql: estimatePostgres }

/** Estimates under way at a time: each is a connection to a target. */
const mostUnderWay = 8
const limitMillis = 2_000

/** Estimates for the control plane. Whatever goes wrong is no estimate, which counts as above any bound. */
export class Estimates {
  readonly #accessOf: (connectionId: string) => Access | undefined
  #underWay = 0

  constructor(accessOf: (connectionId: string) => Access | undefined) {
    this.#accessOf = accessOf
  }

  async of(connectionId: string, operation: Operation): Promise<Estimate | undefined> {
    const access = this.#accessOf(connectionId)
    if (access === undefined || operation.kind !== 'statement') return undefined
    const estimator = Object.hasOwn(estimators, operation.dialect)
      ? estimators[operation.dialect]
      : undefined
    if (estimator === undefined || this.#underWay >= mostUnderWay) return undefined
    this.#underWay += 1
    try {
      return await estimator({ access, operation, signal: AbortSignal.timeout(limitMillis) })
    } catch {
      return undefined
    } finally {
      this.#underWay -= 1
    }
  }
}
