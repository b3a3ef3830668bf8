import type { CatalogChecked, Estimated, OpenSession, SessionResponse } from '@wardgate/contract'
import type { CatalogsService } from '../catalogs/catalogs.service'
import type { Asks } from '../decisions/decision.service'
import type { Estimate } from '../decisions/estimate'
import type { Lacks } from '../decisions/lacks'
import { AwaitedAnswers } from './awaited-answers'

/** For the agent to ask the target; the agent's own bound is lower. */
const estimateMillis = 3_000
/** For the agent to look into the target's catalog, however often, and for what it finds to be stored. */
const catalogMillis = 3_000
/** Bounds of what an agent is told of the names that an operation misses. */
const mostNames = 100
const longestName = 300

/** What the agent of one session is asked about operations that wait for their verdict. */
export class AgentQuestions {
  private readonly estimates = new AwaitedAnswers<Estimate>()
  private readonly checks = new AwaitedAnswers<string>()

  constructor(
    private readonly catalogs: Pick<CatalogsService, 'digestOf' | 'arrival'>,
    private readonly send: (message: NonNullable<SessionResponse['message']>) => void,
  ) {}

  /** An agent that does not know a question is not asked. */
  about(operationId: string, { checksCatalog }: Pick<OpenSession, 'checksCatalog'>): Asks {
    let deadline: number | undefined
    const catalog = (lacks: Lacks): Promise<void> => {
      deadline ??= Date.now() + catalogMillis
      return this.askCatalog(operationId, lacks, deadline)
    }
    return {
      estimate: () => this.askEstimate(operationId),
      ...(checksCatalog && { catalog }),
    }
  }

  estimated({ operationId, estimate }: Estimated): void {
    this.estimates.answer(operationId, isNumber(estimate) ? estimate : undefined)
  }

  checked({ operationId, digest }: CatalogChecked): void {
    this.checks.answer(operationId, digest === '' ? undefined : digest)
  }

  end(): void {
    this.estimates.end()
    this.checks.end()
  }

  private askEstimate(operationId: string): Promise<Estimate | undefined> {
    return this.estimates.ask(operationId, estimateMillis, () =>
      this.send({ $case: 'estimateWanted', value: { operationId } }),
    )
  }

  private async askCatalog(operationId: string, lacks: Lacks, deadline: number): Promise<void> {
    const left = () => Math.max(0, deadline - Date.now())
    if (left() === 0) return
    const { connectionId, database } = lacks
    const known = (await this.catalogs.digestOf({ connectionId, database })) ?? ''
    const names = lacks.names.slice(0, mostNames).map((name) => name.slice(0, longestName))
    const digest = await this.checks.ask(operationId, left(), () =>
      this.send({ $case: 'catalogCheckWanted', value: { operationId, database, known, names } }),
    )
    if (digest === undefined) return
    await this.catalogs.arrival({ connectionId, database }, digest, AbortSignal.timeout(left()))
  }
}

/** Anything else would be below every bound. */
function isNumber(estimate: Estimate | undefined): boolean {
  if (estimate === undefined) return false
  const { rows, cost } = estimate
  return Number.isFinite(rows) && Number.isFinite(cost) && rows >= 0 && cost >= 0
}
