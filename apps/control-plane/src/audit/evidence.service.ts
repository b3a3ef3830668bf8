import { Readable } from 'node:stream'
import { Injectable } from '@nestjs/common'
import {
  readerOverLeafHashes,
  type RecordingReference,
  type StoredEntry,
  writeBundle,
} from '@wardgate/audit-log'
import { RequestError } from '@wardgate/errors'
import { z } from 'zod'
import type { EvidenceRequest } from './audit.dto'
import { AuditRepository } from './audit.repository'
import { CheckpointService } from './checkpoint.service'
import { entriesMissing } from './damage'
import type { Extent } from './entry-filter'

/** Entries that are read at once; the bundle is written while it is read, so its size has no bound in memory. */
const entriesARead = 500
/** Older checkpoints that come with a bundle, each with a proof that the log only grew since. */
const mostOlderCheckpoints = 20
const mostRunsNamed = 10

/** What a third party needs to check entries without trusting us: leaves, proofs, checkpoints, key. */
@Injectable()
export class EvidenceService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly checkpoints: CheckpointService,
  ) {}

  /**
   * An unbroken run of the log, from the first entry that was asked for to the last. What others did meanwhile is in it
   * too: only a run can show that nothing was left out.
   */
  async export(request: EvidenceRequest): Promise<Readable> {
    const { size, note } = await this.checkpoints.sign()
    const missing = await this.entries.missing(size, mostRunsNamed)
    if (missing.length > 0) throw entriesMissing(missing, size)
    const run = await this.entries.extent(request, size)
    if (run === undefined) {
      throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the audit log has no entry of these', {
        nextStep: 'Widen the times, or name a session that exists.',
      })
    }
    const bundle = writeBundle({
      origin: this.checkpoints.origin,
      verifierKey: (await this.checkpoints.verifierKeys()).trim(),
      checkpoints: [...(await this.olderCheckpoints(run, size)), { size, note }],
      range: run,
      entries: this.read(run),
      spools: await this.entries.spoolRanges(run),
      recordings: this.readRecordings(run),
      reader: readerOverLeafHashes((first, end) => this.entries.leafHashes(first, end)),
    })
    return Readable.from(bundle)
  }

  private olderCheckpoints({ first }: Extent, size: number) {
    return this.entries.checkpointsBetween(first, size, mostOlderCheckpoints)
  }

  private async *read(run: Extent): AsyncGenerator<StoredEntry> {
    for (let first = run.first; first < run.end; first += entriesARead)
      yield* await this.entries.leaves({ first, end: Math.min(first + entriesARead, run.end) })
  }

  private async *readRecordings(run: Extent): AsyncGenerator<RecordingReference> {
    let { first } = run
    for (;;) {
      const rest = { first, end: run.end }
      const rows = await this.entries.leavesOfKind('recording.ended', rest, entriesARead)
      for (const { leaf } of rows) {
        const { success, data } = closingLeaf.safeParse(JSON.parse(leaf))
        if (success) yield { sessionId: data.sessionId, ...data.body }
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < entriesARead) return
      first = last.index + 1
    }
  }
}

/** A chunk that says it is the last but cannot be read has no manifest; its entry has the chunk's digest only. */
const closingLeaf = z.object({
  sessionId: z.string(),
  body: z.object({ chunks: z.number(), digest: z.string() }),
})
