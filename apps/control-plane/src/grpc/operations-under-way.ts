import type { SessionResponse } from '@wardgate/contract'
import { ApprovalError, LimitError, toGatewayError } from '@wardgate/errors'
import type { Operation } from '@wardgate/gateway'
import type { ApprovalsService, HeldDecision } from '../approvals/approvals.service'
import type { Waiting, WaitingService } from '../approvals/waiting.service'
import type { Decision } from '../decisions/decision'
import type { Session } from '../sessions/session'
import { malformed } from './wire/malformed'
import { allowedToWire, deniedToWire, refusedToWire } from './wire/verdict'

/** Operations of one session under judgement or waiting for people, all together. */
const mostUnderWay = 1_000

export type WithdrawnFor = 'abandoned' | 'hold-elapsed'

export interface UnderWay {
  withdrawn: WithdrawnFor | undefined
  waiting: Waiting | undefined
}

export interface HeldOperation {
  readonly session: Session
  readonly id: string
  readonly operation: Operation
  readonly decision: HeldDecision
}

interface Services {
  readonly approvals: ApprovalsService
  readonly waiting: WaitingService
}

interface Answers {
  isOpen(): boolean
  /** Nothing is sent when it is not open any more. */
  send(message: NonNullable<SessionResponse['message']>): void
}

/** Operations of one session that have no verdict yet, those among them that wait for people, and their withdrawal. */
export class OperationsUnderWay {
  private readonly all = new Map<string, UnderWay>()

  constructor(
    private readonly services: Services,
    private readonly answers: Answers,
  ) {}

  async run(id: string, work: (own: UnderWay) => Promise<void>): Promise<void> {
    if (this.all.has(id)) throw malformed('an operation id a second time')
    if (this.all.size >= mostUnderWay)
      throw new LimitError('ERR_LIMIT_SESSIONS', 'too many operations of one session are under way')
    const own: UnderWay = { withdrawn: undefined, waiting: undefined }
    this.all.set(id, own)
    try {
      await work(own)
    } finally {
      this.all.delete(id)
    }
  }

  async hold(held: HeldOperation, own: UnderWay): Promise<void> {
    const { id, decision } = held
    try {
      await this.ask(held, own)
    } catch (caught) {
      const error = toGatewayError(caught)
      const isAnswer = error instanceof ApprovalError || error.code === 'ERR_CONTROL_FORGED'
      if (!isAnswer) throw caught
      this.tell(deniedToWire(id, decision, refusedToWire(error)))
    }
  }

  async withdraw(id: string, reason: WithdrawnFor): Promise<void> {
    const own = this.all.get(id)
    // Its verdict has just been sent: the two crossed.
    if (own === undefined) return
    own.withdrawn = reason
    const { waiting } = own
    if (waiting === undefined) return
    waiting.withdraw()
    this.all.delete(id)
    await this.leave(waiting.approvalId, reason)
  }

  end(): void {
    for (const { waiting } of this.all.values()) waiting?.withdraw()
    this.all.clear()
  }

  private async ask({ session, id, operation, decision }: HeldOperation, own: UnderWay) {
    const { outcome } = decision
    // The request names the session.
    await session.stored
    const asked = await this.services.approvals.ask(session, id, operation, decision)
    if (asked.kind === 'consumed')
      return this.tell(allowedToWire(id, decision, outcome.grant, asked.approvalId))
    if (own.withdrawn !== undefined || !this.answers.isOpen())
      return this.leave(asked.approvalId, own.withdrawn ?? 'hold-elapsed')
    const { terms, message } = outcome
    this.answers.send({
      $case: 'held',
      value: {
        operationId: id,
        approvalId: asked.approvalId,
        url: asked.url,
        message,
        holdSeconds: terms.holdSeconds,
        expiresAt: BigInt(asked.expiresAt.getTime()),
      },
    })
    let current = decision
    own.waiting = this.services.waiting.wait({
      approvalId: asked.approvalId,
      digest: outcome.digest,
      session,
      operationId: id,
      isStillSo: async () => {
        const again = await decision.again?.()
        if (!isHeldAlike(again, decision)) return false
        current = again
        return true
      },
    })
    const end = await endOf(own, own.waiting)
    if (end === undefined) return
    if (end.kind === 'approved')
      this.tell(allowedToWire(id, current, current.outcome.grant, end.approvalId))
    else this.tell(deniedToWire(id, decision, refusedToWire(end.error)))
  }

  private tell(value: ReturnType<typeof deniedToWire>): void {
    this.answers.send({ $case: 'verdict', value })
  }

  private async leave(approvalId: string, reason: WithdrawnFor): Promise<void> {
    if (this.services.waiting.isAwaited(approvalId)) return
    if (reason === 'hold-elapsed') return this.services.approvals.unheld(approvalId)
    await this.services.approvals.cancel(approvalId, 'the client cancelled or went away')
  }
}

/** What was decided last is approved: its masks are those of now, and a change that it has outlived does not void it. */
function isHeldAlike(again: Decision | undefined, first: HeldDecision): again is HeldDecision {
  const outcome = again?.outcome
  return outcome?.kind === 'require-approval' && outcome.digest === first.outcome.digest
}

/** Undefined = withdrawn before people had decided. */
async function endOf(own: UnderWay, waiting: Waiting) {
  const end = await waiting.end
  return own.withdrawn === undefined ? end : undefined
}
