import { ApprovalError } from '@wardgate/errors'
import type { ControlVerdict, Hold, Operation } from '@wardgate/gateway'
import { contractViolation, unavailable } from './violation'

/** Operations of one session that wait for a verdict; the gateway's own bound is lower. */
const mostWaiting = 4096
/** Withdrawn operations whose verdict may still be under way. */
const mostWithdrawn = 1024

interface Asked {
  /** For what the control plane may want to know of it. */
  readonly operation: Operation
  readonly held: (hold: Hold) => void
}

interface Waiting extends Asked {
  resolve(verdict: ControlVerdict): void
  reject(error: Error): void
}

/** The operations of one session that the control plane was asked about and has not judged yet. */
export class AwaitedVerdicts {
  readonly #waiting = new Map<string, Waiting>()
  readonly #withdrawn = new Set<string>()

  /** `ask` puts the question, once there is somebody to hear the answer. */
  add(operationId: string, asked: Asked, ask: () => void): Promise<ControlVerdict> {
    if (this.#waiting.size >= mostWaiting)
      return Promise.reject(unavailable('too many operations wait for a verdict'))
    return new Promise((resolve, reject) => {
      this.#waiting.set(operationId, { ...asked, resolve, reject })
      ask()
    })
  }

  /** Undefined when it does not wait, or no more. */
  operation(operationId: string): Operation | undefined {
    return this.#waiting.get(operationId)?.operation
  }

  /** Throws when nobody asked. */
  answer(operationId: string, verdict: ControlVerdict): void {
    const waiting = this.#waiting.get(operationId)
    if (waiting !== undefined) {
      this.#waiting.delete(operationId)
      return waiting.resolve(verdict)
    }
    // The two crossed.
    if (!this.#withdrawn.delete(operationId))
      throw contractViolation('a verdict that was not asked for')
  }

  held(operationId: string, hold: Hold): void {
    this.#waiting.get(operationId)?.held(hold)
  }

  /** False when it does not wait. */
  withdraw(operationId: string): boolean {
    const waiting = this.#waiting.get(operationId)
    if (waiting === undefined) return false
    this.#waiting.delete(operationId)
    if (this.#withdrawn.size >= mostWithdrawn) this.#withdrawn.clear()
    this.#withdrawn.add(operationId)
    waiting.reject(new ApprovalError('ERR_APPROVAL_CANCELLED', 'the operation was withdrawn'))
    return true
  }

  rejectAll(error: Error): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting.reject(error)
  }
}
