import type {
  OpenSession,
  ScreenTools,
  SessionRequest,
  SessionResponse,
  ToolsScreened,
  Withdraw,
} from '@wardgate/contract'
import { AuthError, toGatewayError } from '@wardgate/errors'
import type { Operation } from '@wardgate/gateway'
import type { Span, Spans } from '@wardgate/tracing'
import type { AgentGate, KnownAgent } from '../agents/agent-gate.service'
import type { ApprovalsService } from '../approvals/approvals.service'
import type { WaitingService } from '../approvals/waiting.service'
import type { CatalogsService } from '../catalogs/catalogs.service'
import type { EpochWatch } from '../common/epoch/epoch-watch'
import type { Decision } from '../decisions/decision'
import type { DecisionService } from '../decisions/decision.service'
import type { ToolScreening } from '../decisions/tool-screening.service'
import type { LiveSessions } from '../sessions/live-sessions'
import type { OpeningService } from '../sessions/opening.service'
import type { SessionReview } from '../sessions/session-review.service'
import type { SessionLife } from '../sessions/session-life.service'
import type { Session } from '../sessions/session'
import { AgentQuestions } from './agent-questions'
import { OperationsUnderWay, type UnderWay } from './operations-under-way'
import { traced } from './traced'
import { malformed } from './wire/malformed'
import { operationOf, withdrawReason } from './wire/operation'
import { openedToWire, openRequestOf } from './wire/session'
import { allowedToWire, deniedToWire, denyOutcomeToWire, refusedToWire } from './wire/verdict'

/** Lists of tools of one session under judgement at once. */
const mostScreening = 256

export interface SessionServices {
  readonly gate: Pick<AgentGate, 'admit'>
  readonly opening: OpeningService
  readonly decisions: DecisionService
  readonly approvals: ApprovalsService
  readonly waiting: WaitingService
  readonly live: LiveSessions
  readonly life: SessionLife
  readonly review: SessionReview
  readonly epochs: EpochWatch
  readonly spans: Spans
  readonly tools: ToolScreening
  readonly catalogs: Pick<CatalogsService, 'digestOf' | 'arrival'>
}

export interface SessionWire {
  /** The session was closed: after this the stream is another's. */
  closed(): void
  send(message: NonNullable<SessionResponse['message']>): void
  /** Ends the stream after what was sent. */
  end(): void
  /** Ends the stream with an error status. */
  fail(error: unknown): void
}

/** One session of a stream: opens, decides, holds, and ends with everything it started. */
export class SessionConversation {
  private session: Session | undefined
  private state: 'new' | 'opening' | 'open' | 'refused' | 'ended' = 'new'
  private opening: Promise<void> = Promise.resolve()
  private readonly underWay: OperationsUnderWay
  private readonly questions: AgentQuestions
  private asks: Pick<OpenSession, 'checksCatalog'> = { checksCatalog: false }
  private screening = 0
  private readonly closed = { reason: 'the stream to the agent was lost' }

  constructor(
    private readonly services: SessionServices,
    private readonly agent: KnownAgent,
    private readonly wire: SessionWire,
  ) {
    this.questions = new AgentQuestions(services.catalogs, (message) => wire.send(message))
    this.underWay = new OperationsUnderWay(services, {
      isOpen: () => this.isOpen(),
      send: (message) => this.send(message),
    })
  }

  receive({ message }: SessionRequest): void {
    try {
      switch (message?.$case) {
        case 'open':
          this.opening = this.open(message.value)
          return this.take(this.opening)
        case 'decide': {
          const { id, operation } = operationOf(message.value)
          return this.take(this.decide(id, operation, message.value.traceparent))
        }
        case 'screenTools':
          return this.take(this.screen(message.value))
        case 'estimated':
          return this.questions.estimated(message.value)
        case 'catalogChecked':
          return this.questions.checked(message.value)
        case 'withdraw':
          return this.withdraw(message.value)
        case 'close':
          this.closed.reason = message.value.reason.slice(0, 500)
          return this.take(this.close())
        case undefined:
          throw malformed('a session message of a kind that is not known')
      }
    } catch (error) {
      this.wire.fail(error)
    }
  }

  /** The stream has ended, from whichever side. */
  ended(): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    this.underWay.end()
    this.questions.end()
    if (this.session !== undefined) this.finish(this.session)
  }

  /** The control plane stops; the agent keeps its half for a while, unjudged by us. */
  stopping(): void {
    this.closed.reason = 'the control plane was stopped'
  }

  kill(reason: string): void {
    if (this.state === 'ended') return
    this.closed.reason = reason
    this.wire.send({ $case: 'kill', value: { reason } })
    this.wire.end()
  }

  private take(work: Promise<void>): void {
    work.catch((error: unknown) => this.wire.fail(error))
  }

  private async open(raw: OpenSession): Promise<void> {
    const request = openRequestOf(raw)
    if (this.state !== 'new') throw malformed('a second open')
    this.state = 'opening'
    this.asks = { checksCatalog: raw.checksCatalog }
    // Read first: what changes while the session is opened makes its epoch older, never younger.
    const epoch = this.services.epochs.current
    const { protocol, connection } = request
    const attributes = { 'wardgate.protocol': protocol, 'wardgate.connection': connection }
    const span = { name: 'open session', attributes, parent: raw.traceparent }
    try {
      // Again for each session: its stream may be older than the agent's revocation.
      const agent = await this.services.gate.admit(this.agent.id)
      const opened = await traced(this.services.spans, span, () =>
        this.services.opening.open(request, agent),
      )
      this.services.review.admitted(opened.session, epoch)
      this.begin(opened.session)
      if (!this.isOpen()) return
      this.wire.send({ $case: 'opened', value: openedToWire(opened, epoch) })
    } catch (error) {
      this.refuse(error)
    }
  }

  private refuse(error: unknown): void {
    if (this.state !== 'ended') this.state = 'refused'
    this.wire.send({ $case: 'refused', value: refusedToWire(toGatewayError(error)) })
    this.wire.end()
  }

  /** Behind the answer to its open, which the agent needs however short the session was. */
  private async close(): Promise<void> {
    await this.opening
    if (this.state !== 'open') return this.wire.end()
    this.ended()
    this.wire.closed()
  }

  private begin(session: Session): void {
    this.services.live.add({ session, kill: (reason) => this.kill(reason) })
    this.session = session
    if (this.state === 'ended') return this.finish(session)
    this.state = 'open'
    // No record of it, no session.
    session.stored.catch(() => this.kill('the session could not be recorded'))
  }

  private isOpen(): boolean {
    return this.state === 'open'
  }

  private finish(session: Session): void {
    this.services.live.remove(session.id)
    this.services.life.endStored(session, this.closed.reason)
  }

  private async decide(id: string, operation: Operation, parent: string): Promise<void> {
    if (this.state === 'new') throw malformed('a decide before its open')
    // An agent that holds an admission does not wait for the answer to its open.
    await this.opening
    const { session } = this
    if (session === undefined || !this.isOpen()) return
    await this.underWay.run(id, async (own) => {
      if (!(await this.isAdmittedStill(session))) return
      const attributes = {
        'wardgate.session_id': session.id,
        'wardgate.operation_id': id,
        'wardgate.operation_kind': operation.kind,
      }
      const span = { name: 'decide', attributes, parent }
      const decision = await traced(this.services.spans, span, (judging) =>
        this.judge(session, id, operation, judging),
      )
      await this.answer({ session, id, operation, decision }, own)
    })
  }

  private async judge(
    session: Session,
    id: string,
    operation: Operation,
    span: Span,
  ): Promise<Decision> {
    const asks = this.questions.about(id, this.asks)
    const decision = await this.services.decisions.decide(session, operation, asks)
    span.set({ 'wardgate.verdict': decision.outcome.kind })
    return decision
  }

  private async screen({ id, tools }: ScreenTools): Promise<void> {
    if (this.state === 'new') throw malformed('a question before its open')
    await this.opening
    const { session } = this
    if (session === undefined || !this.isOpen()) return
    if (this.screening >= mostScreening) throw malformed('too many questions about tools at once')
    this.screening += 1
    try {
      if (!(await this.isAdmittedStill(session))) return
      const visible = await this.services.tools.screen(session, tools)
      this.tellScreened({ id, visible: [...visible], refused: undefined })
    } catch (caught) {
      const refused = refusedToWire(toGatewayError(caught))
      this.tellScreened({ id, visible: [], refused })
    } finally {
      this.screening -= 1
    }
  }

  private tellScreened(value: ToolsScreened): void {
    this.send({ $case: 'toolsScreened', value })
  }

  private async isAdmittedStill(session: Session): Promise<boolean> {
    try {
      await this.services.review.require(session, this.services.epochs.current)
      return true
    } catch (caught) {
      const error = toGatewayError(caught)
      // Without an answer nothing is known: this operation fails, and the session may ask again.
      if (!(error instanceof AuthError)) throw caught
      this.kill(error.message)
      return false
    }
  }

  private async answer({ decision, ...judged }: Judged, own: UnderWay): Promise<void> {
    const { id } = judged
    const { outcome } = decision
    switch (outcome.kind) {
      case 'allow':
        return this.verdict(allowedToWire(id, decision, outcome.grant))
      case 'deny':
        return this.verdict(deniedToWire(id, decision, denyOutcomeToWire(outcome)))
      case 'require-approval':
        return this.underWay.hold({ ...judged, decision: { ...decision, outcome } }, own)
    }
  }

  private verdict(value: ReturnType<typeof deniedToWire>): void {
    this.send({ $case: 'verdict', value })
  }

  private send(message: NonNullable<SessionResponse['message']>): void {
    if (this.isOpen()) this.wire.send(message)
  }

  private withdraw({ operationId, reason }: Withdraw): void {
    this.take(this.underWay.withdraw(operationId, withdrawReason(reason)))
  }
}

interface Judged {
  readonly session: Session
  readonly id: string
  readonly operation: Operation
  readonly decision: Decision
}
