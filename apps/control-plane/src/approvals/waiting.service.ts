import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { ApprovalError, ControlError, type GatewayError } from '@wardgate/errors'
import { DatabaseListener } from '../common/database/listener'
import type { Session } from '../sessions/session'
import { approvalChannel } from './approval'
import { ApprovalsService } from './approvals.service'

const mostWaiting = 100_000

export type WaitEnd =
  | { readonly kind: 'approved'; readonly approvalId: string }
  | { readonly kind: 'refused'; readonly error: GatewayError }

export interface Waiting {
  readonly approvalId: string
  /** Resolves when people have decided; never when it was withdrawn before. */
  readonly end: Promise<WaitEnd>
  withdraw(): void
}

export interface Awaited {
  readonly approvalId: string
  readonly digest: string
  readonly session: Session
  readonly operationId: string
  /** Asked before the approval is used: what was held may have come to mean something else. */
  isStillSo(): Promise<boolean>
}

interface Waiter extends Awaited {
  readonly resolve: (end: WaitEnd) => void
  /** Set once it is decided or withdrawn; from then on it consumes nothing. */
  done: boolean
  checking: boolean
  again: boolean
}

const staleBecause = 'the policy, or what the operation does, changed while it waited for approval'

/** Told of a change while it was being read. */
function mustLookAgain(waiter: Waiter): boolean {
  return waiter.again && !waiter.done
}

/** The operations whose streams this replica holds while people decide. */
@Injectable()
export class WaitingService implements OnApplicationBootstrap {
  private readonly logger = new Logger('approvals')
  private readonly waiters = new Map<string, Set<Waiter>>()
  private count = 0

  constructor(
    private readonly approvals: ApprovalsService,
    private readonly listener: DatabaseListener,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(approvalChannel, (approvalId) => this.look(approvalId))
    // What was decided while the database was away was told to nobody.
    this.listener.onReconnect(() => {
      for (const approvalId of this.waiters.keys()) this.look(approvalId)
    })
  }

  wait(awaited: Awaited): Waiting {
    if (this.count >= mostWaiting)
      throw new ControlError('ERR_CONTROL_UNAVAILABLE', 'too many operations wait for approval')
    let waiter: Waiter | undefined
    const end = new Promise<WaitEnd>((resolve) => {
      waiter = { ...awaited, resolve, done: false, checking: false, again: false }
    })
    if (waiter === undefined) throw new ControlError('ERR_CONTROL_UNAVAILABLE', 'cannot wait')
    const added = waiter
    const { approvalId } = awaited
    this.waiters.set(approvalId, (this.waiters.get(approvalId) ?? new Set()).add(added))
    this.count += 1
    // It may have been decided between the request's commit and now.
    void this.check(added)
    return { approvalId, end, withdraw: () => this.remove(added) }
  }

  /** Whether another operation waits for the same request here. */
  isAwaited(approvalId: string): boolean {
    return this.waiters.has(approvalId)
  }

  private look(approvalId: string): void {
    for (const waiter of this.waiters.get(approvalId) ?? []) void this.check(waiter)
  }

  private remove(waiter: Waiter): void {
    if (waiter.done) return
    waiter.done = true
    this.count -= 1
    const others = this.waiters.get(waiter.approvalId)
    others?.delete(waiter)
    if (others?.size === 0) this.waiters.delete(waiter.approvalId)
  }

  private async check(waiter: Waiter): Promise<void> {
    if (waiter.checking) {
      waiter.again = true
      return
    }
    waiter.checking = true
    try {
      do {
        waiter.again = false
        const end = await this.read(waiter)
        if (end === undefined || waiter.done) continue
        this.remove(waiter)
        waiter.resolve(end)
      } while (mustLookAgain(waiter))
    } catch (err) {
      // The sweeper's and later notifications look again; until then it stays held.
      this.logger.warn({ err, approvalId: waiter.approvalId }, 'approval could not be read')
    } finally {
      waiter.checking = false
    }
  }

  private async read(waiter: Waiter): Promise<WaitEnd | undefined> {
    const { approvalId, digest, session, operationId } = waiter
    const found = await this.approvals.stateOf(approvalId)
    switch (found?.state) {
      case 'pending':
        return undefined
      case 'approved': {
        if (!(await waiter.isStillSo())) return refused('ERR_APPROVAL_STALE', staleBecause)
        const consumed = await this.approvals.consume(approvalId, digest, session, operationId)
        return consumed === undefined ? undefined : { kind: 'approved', approvalId }
      }
      case 'rejected':
        return refused('ERR_APPROVAL_REJECTED', `rejected: ${found.endReason}`)
      case 'expired':
        return refused('ERR_APPROVAL_EXPIRED', 'nobody decided in time')
      case 'consumed':
        return refused('ERR_APPROVAL_CANCELLED', 'the approval was used by an identical operation')
      case 'cancelled':
      case undefined:
        return refused('ERR_APPROVAL_CANCELLED', 'the approval request was withdrawn')
    }
  }
}

function refused(code: ConstructorParameters<typeof ApprovalError>[0], message: string): WaitEnd {
  return { kind: 'refused', error: new ApprovalError(code, message) }
}
