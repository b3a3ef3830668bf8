import type { AgentServiceClient, SessionOpened } from '@wardgate/contract'
import { SessionError } from '@wardgate/errors'
import type { Clock, OpenRequest, SessionGrant } from '@wardgate/gateway'
import { noSpans, type Spans } from '@wardgate/tracing'
import { v7 as uuidv7 } from 'uuid'
import { Admissions } from './admissions'
import { StreamSession } from './session'
import type { SessionSurroundings } from './session-surroundings'
import { endQuietly, SpareStreams } from './spare-streams'

export interface LinkSessionsOptions {
  readonly clock: Clock
  /** Of the certificate that the agent has now. */
  readonly client: () => AgentServiceClient
  readonly isUp: () => boolean
  readonly graceMillis: () => number
  readonly spans?: Spans
  readonly estimate?: SessionSurroundings['estimate']
  readonly checkCatalog?: SessionSurroundings['checkCatalog']
}

const spareStreams = { least: 4, most: 8 }

/** The sessions over one link, with what lets the next of them begin without a wait. */
export class LinkSessions {
  readonly #options: LinkSessionsOptions
  readonly #live = new Set<StreamSession>()
  readonly #spares: SpareStreams
  readonly #admissions: Admissions

  constructor(options: LinkSessionsOptions) {
    this.#options = options
    this.#admissions = new Admissions(options.clock)
    this.#spares = new SpareStreams(() => options.client().session(), spareStreams)
  }

  get size(): number {
    return this.#live.size
  }

  get spareStreams(): number {
    return this.#spares.size
  }

  /** Not asynchronous itself: a session that was admitted before begins in this turn. */
  open(
    request: OpenRequest,
    epoch: bigint,
    signal: AbortSignal,
  ): StreamSession | Promise<StreamSession> {
    const admitted = this.#admissions.find(request, epoch)
    const client = this.#options.client()
    const session: StreamSession = new StreamSession(this.#spares.take(), request, {
      clock: this.#options.clock,
      isUp: this.#options.isUp,
      graceMillis: this.#options.graceMillis,
      answered: (answer, grant) => this.#answered(request, answer, grant),
      ended: () => this.#live.delete(session),
      spans: this.#options.spans ?? noSpans,
      estimate: this.#options.estimate ?? (() => Promise.resolve(undefined)),
      checkCatalog: this.#options.checkCatalog ?? (() => Promise.resolve(undefined)),
      released: (stream) => {
        // One that was opened with a former certificate keeps its channel open no longer than its session.
        if (client === this.#options.client()) this.#spares.put(stream)
        else endQuietly(stream)
      },
    })
    this.#live.add(session)
    return admitted === undefined ? session.open(signal) : session.begin(admitted, uuidv7())
  }

  kill(sessionId: string, reason: string): void {
    for (const session of this.#live) {
      // One that is still being opened has no name yet.
      if (session.id === sessionId) session.kill(new SessionError('ERR_SESSION_KILLED', reason))
    }
  }

  keepSpares(): void {
    this.#spares.start()
  }

  /** Live sessions stay on their own streams. */
  dropSpares(): void {
    this.#spares.stop()
  }

  forgetAdmissions(): void {
    this.#admissions.clear()
  }

  #answered(request: OpenRequest, answer?: SessionOpened, grant?: SessionGrant): void {
    if (answer === undefined || grant === undefined) return this.#admissions.forget(request)
    this.#admissions.keep(request, grant, answer.epoch, answer.admitsSeconds)
  }
}
