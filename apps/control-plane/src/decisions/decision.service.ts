import { Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { operationDigest } from '@wardgate/approvals'
import { type GatewayError, type GatewayErrorCode, toGatewayError } from '@wardgate/errors'
import { type Operation, parametersOf, stateOf } from '@wardgate/gateway'
import { evaluate, type MemoScope, type PolicyVerdict, type RuleReference } from '@wardgate/policy'
import { loadShellParser } from '@wardgate/shell'
import { loadParser, type MaskingDecision } from '@wardgate/sql'
import { Clock } from '../common/clock'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type PolicySets, PolicySetsService } from '../policies/policy-sets.service'
import type { AllowGrant, Decision, DenyOutcome } from './decision'
import type { DecisionSession } from './decision-session'
import { CatalogOutrun } from './facts/catalog-outrun'
import { noFacts } from './facts/function-call'
import { OperationReaders } from './facts/operation-readers'
import {
  type AskEstimate,
  changesRows,
  isEstimable,
  nothingExpected,
  withEstimate,
} from './estimate'
import type { Reading } from './facts/reading'
import { type AskCatalog, lacksAfter, lacksOf } from './lacks'
import { unfulfilled } from './obligations'
import { declinesUnmasking, type Unmasking, unmaskingOf } from './unmasking'

/** What can be asked of the session's agent; nothing where there is none. */
export interface Asks {
  readonly estimate?: AskEstimate
  readonly catalog?: AskCatalog
}

/** The first may find a reading under way that has passed by what is missed. */
const mostLooks = 2

interface Judged {
  readonly reading: Reading
  readonly verdict: PolicyVerdict
  readonly masking: MaskingDecision
  readonly memo: MemoScope
  readonly epoch: bigint
  readonly sets: PolicySets
}

const masksRule: RuleReference = { policy: 'wardgate', rule: 'masking' }

/** The policy decision point. Whatever goes wrong while it decides is a denial. */
@Injectable()
export class DecisionService implements OnModuleInit {
  private readonly logger = new Logger('decisions')

  constructor(
    private readonly readers: OperationReaders,
    private readonly policies: PolicySetsService,
    private readonly watch: EpochWatch,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await Promise.all([loadParser(), loadShellParser()])
  }

  /** What is not let through because the stored catalog lacks something is decided again when the agent has looked. */
  async decide(session: DecisionSession, operation: Operation, asks: Asks = {}): Promise<Decision> {
    let decision = await this.decideOnce(session, operation, asks)
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const { lacks, outcome } = decision
      if (lacks === undefined || asks.catalog === undefined || outcome.kind === 'allow') break
      await asks.catalog(lacks)
      decision = await this.decideOnce(session, operation, asks)
    }
    return decision
  }

  private async decideOnce(
    session: DecisionSession,
    operation: Operation,
    asks: Asks,
  ): Promise<Decision> {
    // Read first: a change during the decision makes it older than the change, never younger.
    const epoch = this.watch.current
    try {
      return await this.judge(session, operation, { epoch, asks })
    } catch (caught) {
      const error = toGatewayError(caught)
      if (error.code === 'ERR_INTERNAL')
        this.logger.error({ err: caught, sessionId: session.id }, 'decision failed')
      const message = error.expose ? error.message : 'the operation could not be judged'
      const code = error.code === 'ERR_INTERNAL' ? 'ERR_POLICY_DENIED' : error.code
      const outcome = { ...denied(code, message, error.retryable), ...advice(error) }
      return { ...deny(epoch, outcome), ...lacksAfter(session.target.connectionId, caught) }
    }
  }

  private async judge(
    session: DecisionSession,
    operation: Operation,
    { epoch, asks }: { readonly epoch: bigint; readonly asks: Asks },
  ): Promise<Decision> {
    const [read, sets] = await Promise.all([
      this.readers.read(session, operation),
      this.policies.current(),
    ])
    if (isOutrun(read, operation, asks)) throw new CatalogOutrun(session, read.database)
    const ask = asks.estimate
    const { reading, verdict } = await this.evaluateWithEstimate(session, read, { sets, ask })
    if (verdict.kind !== 'deny') reading.remember()
    const masking = reading.masking(verdict.obligations)
    const memo = reading.repeatable ? verdict.memo : 'once'
    const judged = { reading, verdict, masking, memo, epoch, sets }
    const decision = onlyFulfilled(session, conclude(session, operation, judged))
    return { ...decision, ...lacksOf(session.target.connectionId, reading) }
  }

  /** The target is asked where its answer decides, or where people are to see what a change would touch. */
  private async evaluateWithEstimate(
    session: DecisionSession,
    reading: Reading,
    { sets, ask }: { readonly sets: PolicySets; readonly ask: AskEstimate | undefined },
  ): Promise<{ reading: Reading; verdict: PolicyVerdict }> {
    const verdict = this.evaluate(session, reading, sets)
    const { facts, runs } = reading
    const isShown = verdict.kind === 'require-approval' && runs && changesRows(facts)
    if (!verdict.readsEstimate && !isShown) return { reading, verdict }
    if (!runs) {
      const parsed = { ...reading, facts: withEstimate(facts, nothingExpected) }
      return { reading, verdict: this.evaluate(session, parsed, sets) }
    }
    const estimate = isEstimable(facts) ? await ask?.() : undefined
    const estimated = { ...reading, facts: withEstimate(facts, estimate) }
    return { reading: estimated, verdict: this.evaluate(session, estimated, sets) }
  }

  private evaluate(session: DecisionSession, { facts }: Reading, sets: PolicySets): PolicyVerdict {
    const { principal, connection } = session
    const context = { principal, connection, facts, time: this.clock.now() }
    const verdict = evaluate(sets.active, context)
    if (sets.rehearsed === undefined) return verdict
    const rehearsed = evaluate(sets.rehearsed, context)
    if (rehearsed.kind !== verdict.kind)
      this.logger.log(
        {
          sessionId: session.id,
          summary: facts.summary,
          verdict: verdict.kind,
          rehearsed: rehearsed.kind,
          determinedBy: rehearsed.determinedBy,
        },
        'dry-run policies would decide otherwise',
      )
    return verdict
  }
}

/** Within a transaction only the session itself sees what it has changed. */
function isOutrun({ restsOnChanges }: Reading, operation: Operation, { catalog }: Asks): boolean {
  return (
    restsOnChanges === true && catalog !== undefined && stateOf(operation).transaction === 'idle'
  )
}

function conclude(session: DecisionSession, operation: Operation, judged: Judged): Decision {
  const { reading, verdict, masking, epoch } = judged
  const base = {
    determinedBy: verdict.determinedBy,
    memo: judged.memo,
    epoch,
    facts: reading.facts,
    verdict,
  }
  if (verdict.kind === 'deny')
    return { ...base, outcome: denied('ERR_POLICY_DENIED', verdict.message) }
  const refusal = maskingRefusal(masking, verdict)
  if (refusal !== undefined)
    return {
      ...base,
      determinedBy: [refusal.rule],
      outcome: denied('ERR_POLICY_DENIED', refusal.message),
    }
  const unmasking = reading.runs ? unmaskingOf(reading, verdict, masking) : undefined
  const declines = unmasking !== undefined && declinesUnmasking(session)
  if (unmasking !== undefined && !declines)
    return heldToUnmask(session, operation, judged, unmasking)
  // Another session of the principal may want to ask.
  const memo = declines ? 'once' : judged.memo
  const grant = toGrant(masking, verdict)
  const needsPeople =
    verdict.kind === 'require-approval' || needsInferenceApproval(masking, verdict)
  if (!needsPeople || !reading.runs)
    return { ...base, memo: needsPeople ? 'once' : memo, outcome: { kind: 'allow', grant } }
  if (verdict.approval === undefined)
    return { ...base, outcome: denied('ERR_POLICY_DENIED', 'no rule says who may approve this') }
  return {
    ...base,
    memo: 'once',
    outcome: {
      kind: 'require-approval',
      terms: verdict.approval,
      message: verdict.message,
      grant,
      digest: digestOf(session, operation, judged),
    },
  }
}

/** Fails closed: an agent that does not know what a verdict asks for would let the operation run without it. */
function onlyFulfilled({ fulfils }: DecisionSession, decision: Decision): Decision {
  const { outcome } = decision
  if (outcome.kind === 'deny') return decision
  const lacking = unfulfilled(outcome.grant, fulfils)
  if (lacking.length === 0) return decision
  const message = `the agent is of a version that does not know ${lacking.join(', ')}, which a rule asks for`
  return {
    ...decision,
    memo: 'once',
    outcome: denied('ERR_POLICY_UNSUPPORTED_CAPABILITY', message),
  }
}

/** The masks are lifted by the approval, and by nothing less: without one nothing of the operation runs. */
function heldToUnmask(
  session: DecisionSession,
  operation: Operation,
  judged: Judged,
  { masking, terms, columns, rules }: Unmasking,
): Decision {
  const { reading, verdict, epoch } = judged
  const summary = `${reading.facts.summary}, with ${columns} unmasked`
  return {
    determinedBy: [...verdict.determinedBy, ...rules],
    memo: 'once',
    epoch,
    facts: { ...reading.facts, summary },
    verdict,
    outcome: {
      kind: 'require-approval',
      terms,
      message: `${summary}, needs approval`,
      grant: toGrant(masking, verdict),
      digest: digestOf(session, operation, judged),
    },
  }
}

function digestOf(session: DecisionSession, operation: Operation, { reading, sets }: Judged) {
  return operationDigest({
    operation: reading.digested,
    parameters: parametersOf(operation),
    principalId: session.principal.id,
    connectionId: session.target.connectionId,
    targetRevision: session.target.revision,
    database: reading.database,
    policies: sets.active.versions,
  })
}

function maskingRefusal(masking: MaskingDecision, { obligations }: PolicyVerdict) {
  if (masking.kind === 'plan') return undefined
  if (masking.kind === 'inference' && obligations.inference !== 'deny') return undefined
  return { message: masking.message, rule: ruleReference(masking.rule) }
}

function needsInferenceApproval(masking: MaskingDecision, { obligations }: PolicyVerdict): boolean {
  return masking.kind === 'inference' && obligations.inference === 'approve'
}

function ruleReference(name: string): RuleReference {
  const slash = name.indexOf('/')
  return slash < 0 ? masksRule : { policy: name.slice(0, slash), rule: name.slice(slash + 1) }
}

function toGrant(masking: MaskingDecision, { obligations }: PolicyVerdict): AllowGrant {
  // A refusal never gets here; were it to, nothing would be readable.
  const plan =
    masking.kind === 'refuse' ? { width: 0, columns: [], origins: [], detectors: [] } : masking.plan
  const { rowLimit, hourlyRowLimit, timeLimit, readOnly, recording, lines = false } = obligations
  return {
    masking: plan,
    readOnly,
    recording,
    lines,
    ...(rowLimit !== undefined && { rowLimit }),
    ...(hourlyRowLimit !== undefined && { hourlyRowLimit }),
    ...(timeLimit !== undefined && { timeLimit }),
  }
}

function denied(code: GatewayErrorCode, message: string, retryable = false) {
  return { kind: 'deny', code, message, retryable } as const
}

function advice({ nextStep }: GatewayError) {
  return nextStep === undefined ? {} : { nextStep }
}

function deny(epoch: bigint, outcome: DenyOutcome): Decision {
  return {
    outcome,
    determinedBy: [{ policy: 'wardgate', rule: 'fail-closed' }],
    memo: 'once',
    epoch,
    facts: noFacts,
  }
}
