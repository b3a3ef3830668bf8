import { parentPort } from 'node:worker_threads'
import { analyze, type Catalog, type CatalogIndex, indexCatalog, loadParser } from '@wardgate/sql'
import type { StatementAnalysis, StatementInput } from '@wardgate/sql'

export interface AnalysisJob {
  readonly id: number
  readonly input: StatementInput
  readonly catalogId: number
  /** Absent = the one of the job before. */
  readonly catalog?: Catalog
}

export interface AnalysisDone {
  readonly id: number
  readonly analysis: StatementAnalysis
}

/** The thread that long statements are analysed in; one catalog at a time, because most long statements share one. */
function serve(port: NonNullable<typeof parentPort>): void {
  let index: CatalogIndex | undefined
  const parser = loadParser()
  port.on('message', (job: AnalysisJob) => {
    if (job.catalog !== undefined) index = indexCatalog(job.catalog)
    const known = index
    if (known === undefined) throw new Error('the first job brought no catalog')
    void parser.then(() => {
      const done: AnalysisDone = { id: job.id, analysis: analyze(job.input, known) }
      port.postMessage(done)
    })
  })
}

if (parentPort !== null) serve(parentPort)
