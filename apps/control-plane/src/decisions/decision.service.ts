import { Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { operationDigest } from '@wardgate/approvals'
import type { JsonValue } from '@wardgate/audit-log'
import { type GatewayErrorCode, toGatewayError } from '@wardgate/errors'
import type { Operation } from '@wardgate/gateway'
import {
  evaluate,
  type Facts,
  type MemoScope,
  type PolicyVerdict,
  type RuleReference,
} from '@wardgate/policy'
import {
  analyze,
  type CatalogIndex,
  loadParser,
  type MaskingDecision,
  planMasks,
  type StatementAnalysis,
} from '@wardgate/sql'
import { CatalogsService } from '../catalogs/catalogs.service'
import { Clock } from '../common/clock'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type PolicySets, PolicySetsService } from '../policies/policy-sets.service'
import type { Session } from '../sessions/session'
import { candidatesOf, dependsOnNames, rememberDeclared } from './candidates'
import type { AllowGrant, Decision } from './decision'
import { functionCallFacts, functionCallMasks, noFacts } from './operation-facts'

/** What a decision reads of a session; `explain` makes one up. */
export type DecisionSession = Pick<
  Session,
  'id' | 'principal' | 'connection' | 'target' | 'database' | 'candidates'
>

interface Judged {
  readonly facts: Facts
  readonly verdict: PolicyVerdict
  readonly masking: MaskingDecision
}

const masksRule: RuleReference = { policy: 'wardgate', rule: 'masking' }

/** The policy decision point. Whatever goes wrong while it decides is a denial. */
@Injectable()
export class DecisionService implements OnModuleInit {
  private readonly logger = new Logger('decisions')

  constructor(
    private readonly catalogs: CatalogsService,
    private readonly policies: PolicySetsService,
    private readonly watch: EpochWatch,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await loadParser()
  }

  async decide(session: DecisionSession, operation: Operation): Promise<Decision> {
    // Read first: a change during the decision makes it older than the change, never younger.
    const epoch = this.watch.current
    try {
      return await this.judge(session, operation, epoch)
    } catch (caught) {
      const error = toGatewayError(caught)
      if (error.code === 'ERR_INTERNAL')
        this.logger.error({ err: caught, sessionId: session.id }, 'decision failed')
      const message = error.expose ? error.message : 'the operation could not be judged'
      const code = error.code === 'ERR_INTERNAL' ? 'ERR_POLICY_DENIED' : error.code
      return deny(epoch, code, message, { retryable: error.retryable })
    }
  }

  private async judge(
    session: DecisionSession,
    operation: Operation,
    epoch: bigint,
  ): Promise<Decision> {
    const { target } = session
    const database = operation.state.database === '' ? session.database : operation.state.database
    const [index, sets] = await Promise.all([
      this.catalogs.find({ connectionId: target.connectionId, database }),
      this.policies.current(),
    ])
    if (index === undefined)
      return deny(
        epoch,
        'ERR_POLICY_STALE',
        `the catalog of connection ${target.name}, database ${database}, is still loading`,
        { retryable: true },
      )
    const judged = this.evaluate(session, operation, index, sets)
    const memo = this.memoOf(operation, judged)
    return this.conclude(session, operation, { ...judged, memo, epoch, sets, database })
  }

  private evaluate(
    session: DecisionSession,
    operation: Operation,
    index: CatalogIndex,
    sets: PolicySets,
  ): Judged {
    const analysis = analyse(session, operation, index)
    const facts =
      analysis?.facts ??
      functionCallFacts(operation as Extract<Operation, { kind: 'function-call' }>, index)
    const { principal, connection } = session
    const context = { principal, connection, facts, time: this.clock.now() }
    const verdict = evaluate(sets.active, context)
    if (sets.rehearsed !== undefined) {
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
    }
    if (analysis !== undefined && verdict.kind !== 'deny') rememberDeclared(session, analysis)
    const masking =
      analysis === undefined
        ? functionCallMasks(verdict.obligations.masks)
        : planMasks(analysis, verdict.obligations, index)
    return { facts, verdict, masking }
  }

  private memoOf(operation: Operation, { verdict }: Judged): MemoScope {
    if (operation.kind === 'function-call') return 'once'
    return dependsOnNames(operation.text) ? 'once' : verdict.memo
  }

  private conclude(
    session: DecisionSession,
    operation: Operation,
    judged: Judged & {
      readonly memo: MemoScope
      readonly epoch: bigint
      readonly sets: PolicySets
      readonly database: string
    },
  ): Decision {
    const { facts, verdict, masking, memo, epoch } = judged
    const base = { determinedBy: verdict.determinedBy, memo, epoch, facts, verdict }
    if (verdict.kind === 'deny')
      return { ...base, outcome: denied('ERR_POLICY_DENIED', verdict.message) }
    const refusal = maskingRefusal(masking, verdict)
    if (refusal !== undefined)
      return {
        ...base,
        determinedBy: [refusal.rule],
        outcome: denied('ERR_POLICY_DENIED', refusal.message),
      }
    const grant = toGrant(masking, verdict)
    const needsPeople =
      verdict.kind === 'require-approval' || needsInferenceApproval(masking, verdict)
    // Parsing runs nothing: what is held is the execution that follows it.
    const onlyParsed = operation.kind === 'statement' && operation.phase === 'prepare'
    if (!needsPeople || onlyParsed)
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
        digest: operationDigest({
          operation: digested(session, operation),
          parameters: operation.parameters,
          principalId: session.principal.id,
          connectionId: session.target.connectionId,
          targetRevision: session.target.revision,
          database: judged.database,
          policies: judged.sets.active.versions,
        }),
      },
    }
  }
}

function analyse(
  session: DecisionSession,
  operation: Operation,
  index: CatalogIndex,
): StatementAnalysis | undefined {
  if (operation.kind === 'function-call') return undefined
  const { phase, text, state } = operation
  const { searchPath, role } = state
  const prepared = candidatesOf(operation, session)
  return analyze(
    { phase, text, prepared, role, ...(searchPath === undefined ? {} : { searchPath }) },
    index,
  )
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
  const { rowLimit, readOnly, recording } = obligations
  return { masking: plan, readOnly, recording, ...(rowLimit === undefined ? {} : { rowLimit }) }
}

/** The operation as it will run, without its parameters. Transaction status does not change what it means. */
function digested(session: DecisionSession, operation: Operation): JsonValue {
  const { searchPath, role } = operation.state
  const state = { searchPath: searchPath ?? null, role }
  switch (operation.kind) {
    case 'statement':
      return {
        kind: 'statement',
        dialect: operation.dialect,
        text: operation.text,
        // What EXECUTE would run is part of what is approved.
        prepared: dependsOnNames(operation.text)
          ? candidatesOf(operation, session).map(({ name, text }) => ({ name, text }))
          : [],
        state,
      }
    case 'function-call':
      return { kind: 'function-call', functionId: operation.functionId, state }
  }
}

function denied(code: GatewayErrorCode, message: string, retryable = false) {
  return { kind: 'deny', code, message, retryable } as const
}

function deny(
  epoch: bigint,
  code: GatewayErrorCode,
  message: string,
  { retryable }: { readonly retryable: boolean },
): Decision {
  return {
    outcome: denied(code, message, retryable),
    determinedBy: [{ policy: 'wardgate', rule: 'fail-closed' }],
    memo: 'once',
    epoch,
    facts: noFacts,
  }
}
