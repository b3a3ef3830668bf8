import type { Estimated } from '@wardgate/contract'
import type { Estimate } from '../decisions/estimate'

/** For the agent to ask the target; the agent's own bound is lower. */
const limitMillis = 3_000

/** Questions to the agent of one session about what its target expects of an operation. */
export class AwaitedEstimates {
  private readonly waiting = new Map<string, (estimate: Estimate | undefined) => void>()

  /** Resolves with undefined when no answer comes in time: nobody knows, and everybody goes on. */
  ask(operationId: string, send: () => void): Promise<Estimate | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.take(operationId)?.(undefined), limitMillis).unref()
      this.waiting.set(operationId, (estimate) => {
        clearTimeout(timer)
        resolve(estimate)
      })
      send()
    })
  }

  /** An answer that comes too late is nobody's any more. */
  answer({ operationId, estimate }: Estimated): void {
    this.take(operationId)?.(isNumber(estimate) ? estimate : undefined)
  }

  end(): void {
    for (const operationId of [...this.waiting.keys()]) this.take(operationId)?.(undefined)
  }

  private take(operationId: string) {
    const resolve = this.waiting.get(operationId)
    this.waiting.delete(operationId)
    return resolve
  }
}

/** Anything else would be below every bound. */
function isNumber(estimate: Estimate | undefined): boolean {
  if (estimate === undefined) return false
  const { rows, cost } = estimate
  return Number.isFinite(rows) && Number.isFinite(cost) && rows >= 0 && cost >= 0
}
