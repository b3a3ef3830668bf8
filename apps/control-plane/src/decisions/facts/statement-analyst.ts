import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Injectable, type OnModuleDestroy } from '@nestjs/common'
import { LimitError, PolicyError } from '@wardgate/errors'
import {
  analyze,
  type CatalogIndex,
  type StatementAnalysis,
  type StatementInput,
} from '@wardgate/sql'
import type { AnalysisDone, AnalysisJob } from './analysis-worker'

/** Characters that the event loop analyses itself, in about ten milliseconds at worst. */
const mostCharactersInline = 24_000
/** Long statements that may wait for the thread; it takes them one after another. */
const mostWaiting = 16
const limitMillis = 10_000

interface Waiting {
  readonly done: (analysis: StatementAnalysis) => void
  readonly failed: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Analyses statements: short ones at once, long ones in a thread, so that they stall nobody else's. */
@Injectable()
export class StatementAnalyst implements OnModuleDestroy {
  private readonly waiting = new Map<number, Waiting>()
  private readonly catalogIds = new WeakMap<CatalogIndex, number>()
  private worker: Worker | undefined
  private sentCatalog = 0
  private catalogs = 0
  private jobs = 0

  /** Where the thread's code is once it is compiled; run from its source, everything is analysed at once. */
  protected readonly script: string = join(__dirname, 'analysis-worker.js')

  analyze(
    input: StatementInput,
    index: CatalogIndex,
  ): StatementAnalysis | Promise<StatementAnalysis> {
    const isShort = charactersOf(input) <= mostCharactersInline
    return isShort || !existsSync(this.script) ? analyze(input, index) : this.delegate(input, index)
  }

  async onModuleDestroy(): Promise<void> {
    await this.end(new Error('the control plane stops'))
  }

  private delegate(input: StatementInput, index: CatalogIndex): Promise<StatementAnalysis> {
    if (this.waiting.size >= mostWaiting) throw tooMany()
    const worker = (this.worker ??= this.start())
    const catalogId = this.catalogIds.get(index) ?? (this.catalogs += 1)
    this.catalogIds.set(index, catalogId)
    const id = (this.jobs += 1)
    const isSent = this.sentCatalog === catalogId
    this.sentCatalog = catalogId
    const job: AnalysisJob = {
      id,
      input,
      catalogId,
      ...(isSent ? {} : { catalog: index.catalog }),
    }
    return new Promise((done, failed) => {
      // A thread cannot be told to stop thinking: all that wait for it are refused with it.
      const timer = setTimeout(() => void this.end(tooLong()), limitMillis).unref()
      this.waiting.set(id, { done, failed, timer })
      worker.postMessage(job)
    })
  }

  private start(): Worker {
    const worker = new Worker(this.script)
    worker.unref()
    worker.on('message', ({ id, analysis }: AnalysisDone) => this.take(id)?.done(analysis))
    worker.on('error', (error) => void this.end(error, worker))
    worker.on('exit', () => void this.end(new Error('the analysing thread ended'), worker))
    return worker
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    if (waiting === undefined) return undefined
    clearTimeout(waiting.timer)
    this.waiting.delete(id)
    return waiting
  }

  /** Refuses everything that waits; the next long statement gets a new thread. */
  private async end(error: Error, which = this.worker): Promise<void> {
    if (which === undefined || which !== this.worker) return
    this.worker = undefined
    this.sentCatalog = 0
    for (const id of [...this.waiting.keys()]) this.take(id)?.failed(error)
    await which.terminate()
  }
}

function charactersOf({ text, prepared }: StatementInput): number {
  return prepared.reduce((sum, candidate) => sum + candidate.text.length, text.length)
}

function tooMany(): LimitError {
  return new LimitError(
    'ERR_LIMIT_OPERATIONS',
    `more than ${mostWaiting} long statements wait to be analysed`,
    { nextStep: 'Send it again later, or send shorter statements.' },
  )
}

function tooLong(): PolicyError {
  return new PolicyError(
    'ERR_POLICY_DENIED',
    `the statement was not analysed within ${limitMillis / 1000} seconds`,
    { nextStep: 'Send a shorter statement.' },
  )
}
