import { Injectable, Logger, type OnModuleInit } from '@nestjs/common'
import { toGatewayError } from '@wardgate/errors'
import { type Operation, stateOf } from '@wardgate/gateway'
import { evaluate, type PolicyVerdict } from '@wardgate/policy'
import { loadShellParser } from '@wardgate/shell'
import { lastingChanges, loadParser } from '@wardgate/sql'
import { Clock } from '../common/clock'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type PolicySets, PolicySetsService } from '../policies/policy-sets.service'
import { conclude } from './conclusion'
import type { Decision } from './decision'
import type { DecisionSession } from './decision-session'
import { failedClosed } from './denial'
import { CatalogOutrun } from './facts/catalog-outrun'
import { OperationReaders } from './facts/operation-readers'
import {
  type AskEstimate,
  changesRows,
  isEstimable,
  nothingExpected,
  withEstimate,
} from './estimate'
import type { Reading } from './facts/reading'
import { onlyFulfilled } from './fulfilment'
import { type AskCatalog, lacksAfter, lacksOf } from './lacks'

/** What can be asked of the session's agent; nothing where there is none. */
export interface Asks {
  readonly estimate?: AskEstimate
  readonly catalog?: AskCatalog
}

/** The first may find a reading under way that has passed by what is missed. */
const mostLooks = 2

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

  /**
   * What is not let through, or is masked for want of knowledge, because the stored catalog lacks something is decided
   * again when the agent has looked.
   */
  async decide(session: DecisionSession, operation: Operation, asks: Asks = {}): Promise<Decision> {
    let decision = await this.decideOnce(session, operation, asks)
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const { lacks, outcome } = decision
      if (lacks === undefined || asks.catalog === undefined || isCertain(outcome)) break
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
      return {
        ...failedClosed(epoch, error),
        ...lacksAfter(session.target.connectionId, caught),
      }
    }
  }

  private async judge(
    session: DecisionSession,
    operation: Operation,
    { epoch, asks }: { readonly epoch: bigint; readonly asks: Asks },
  ): Promise<Decision> {
    const before = asItIs(session)
    const [read, sets] = await Promise.all([
      this.readers.read(session, operation),
      this.policies.current(),
    ])
    if (isOutrun(read, operation, asks)) {
      session.schema.changes = lastingChanges(session.schema.changes)
      throw new CatalogOutrun(read.database)
    }
    const ask = asks.estimate
    const { reading, verdict } = await this.evaluateWithEstimate(session, read, { sets, ask })
    if (verdict.kind !== 'deny') reading.remember()
    const masking = reading.masking(verdict.obligations)
    const memo = reading.repeatable ? verdict.memo : 'once'
    const judged = { reading, verdict, masking, memo, epoch, sets }
    const decision = onlyFulfilled(session, conclude(session, operation, judged))
    const again = () => this.decideOnce(asItIs(before), operation, asks)
    return { ...decision, again, ...lacksOf(session.target.connectionId, reading) }
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

/** What an operation changes of its session, another reading of it must not find changed. */
function asItIs(session: DecisionSession): DecisionSession {
  const { candidates, schema } = session
  return { ...session, candidates: [...candidates], schema: { ...schema } }
}

/** A cell that is masked because nobody knows where it comes from may be one that a client works on with: a new row's key. */
function isCertain(outcome: Decision['outcome']): boolean {
  return outcome.kind === 'allow' && outcome.grant.masking.unknownOrigin === undefined
}

/** Within a transaction only the session itself sees what it has changed. */
function isOutrun({ restsOnChanges }: Reading, operation: Operation, { catalog }: Asks): boolean {
  return (
    restsOnChanges === true && catalog !== undefined && stateOf(operation).transaction === 'idle'
  )
}
