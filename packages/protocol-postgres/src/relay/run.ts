import type { GatewayError } from '@wardgate/errors'
import type { Operation, Outcome, Permit } from '@wardgate/gateway'
import type { FieldDescription } from '../wire'
import type { CopyMask } from './copy-mask'

type RowMasker = ReturnType<Permit['masker']>

/** One permitted operation from its forward to its outcome: counts what the client gets, settles exactly once. */
export class Run {
  readonly permit: Permit
  readonly operation: Operation
  masker: RowMasker | undefined
  copyMask: CopyMask | undefined
  rows = 0
  bytes = 0
  completion: string | undefined
  error: { readonly code: string; readonly message: string } | undefined
  /** Why the rest of the result is withheld from the client. */
  blocked: GatewayError | undefined
  /** The permit has given the next row before it could be shown. */
  isRowTaken = false
  /** Why the target was asked to stop: told to the client if it does. */
  stopped: GatewayError | undefined
  isSettled = false
  private cellsBefore = 0

  constructor(permit: Permit, operation: Operation) {
    this.permit = permit
    this.operation = operation
  }

  /** A result begins. */
  describe(columns: readonly FieldDescription[]): RowMasker {
    this.endResult()
    this.masker = this.permit.masker(columns)
    return this.masker
  }

  endResult(): void {
    this.cellsBefore += (this.masker?.maskedCells ?? 0) + (this.copyMask?.maskedCells ?? 0)
    this.masker = undefined
    this.copyMask = undefined
  }

  get isOverLimit(): boolean {
    return this.permit.rowLimit !== undefined && this.rows > this.permit.rowLimit
  }

  settle(status: Outcome['status']): void {
    if (this.isSettled) return
    this.isSettled = true
    this.endResult()
    this.permit.settle({
      status,
      rows: this.rows > 0 ? this.rows : affectedRows(this.completion),
      bytes: this.bytes,
      maskedCells: this.cellsBefore,
      completion: this.completion,
      error: this.error,
    })
  }

  /** By what the target said last. */
  settleAsEnded(): void {
    if (this.error === undefined) this.settle('succeeded')
    else this.settle(isCancelled(this.error.code) ? 'cancelled' : 'failed')
  }
}

function isCancelled(code: string): boolean {
  return code === '57014' || code === 'ERR_LIMIT_TIME'
}

function affectedRows(tag: string | undefined): number {
  const digits = /\d+$/.exec(tag ?? '')?.[0]
  return digits === undefined ? 0 : Number(digits)
}
