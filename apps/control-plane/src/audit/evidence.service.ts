import { Readable } from 'node:stream'
import { Injectable, Logger } from '@nestjs/common'
import {
  readerOverLeafHashes,
  type RecordingReference,
  type StoredEntry,
  writeBundle,
  writeDamagedBundle,
} from '@wardgate/audit-log'
import { RequestError } from '@wardgate/errors'
import { z } from 'zod'
import type { EvidenceRequest } from './audit.dto'
import { AuditRepository } from './audit.repository'
import { CheckpointService } from './checkpoint.service'
import type { Extent } from './entry-filter'

/** Entries that are read at once; the bundle is written while it is read, so its size has no bound in memory. */
const entriesARead = 500
/** Older checkpoints that come with a bundle, each with a proof that the log only grew since. */
const mostOlderCheckpoints = 20
const mostRunsNamed = 1_000

/** What a third party needs to check entries without trusting us: leaves, proofs, checkpoints, key. */
@Injectable()
export class EvidenceService {
  private readonly logger = new Logger('audit')

  constructor(
    private readonly entries: AuditRepository,
    private readonly checkpoints: CheckpointService,
  ) {}

  /**
   * An unbroken run of the log, from the first entry that was asked for to the last. What others did meanwhile is in it
   * too: only a run can show that nothing was left out. Of a log that lost entries, what is left, in a bundle that says
   * so and that no verifier passes.
   */
  async export(request: EvidenceRequest): Promise<Readable> {
    const { size, note } = await this.checkpoints.sign()
    const missing = await this.entries.missing(size, mostRunsNamed)
    const run = await this.entries.extent(request, size)
    if (run === undefined) {
      throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the audit log has no entry of these', {
        nextStep: 'Widen the times, or name a session that exists.',
      })
    }
    const input = {
      origin: this.checkpoints.origin,
      verifierKey: (await this.checkpoints.verifierKeys()).trim(),
      range: run,
      spools: await this.entries.spoolRanges(run),
      recordings: this.readRecordings(run),
      reader: readerOverLeafHashes((first, end) => this.entries.leafHashes(first, end)),
    }
    const checkpoint = { size, note }
    const [lost] = missing
    if (lost !== undefined) {
      this.logger.error(
        { missing: missing.slice(0, 10), size },
        'entries of the audit log are gone',
      )
      const [sound] = await this.entries.checkpointsBetween(0, lost.first + 1, 1)
      const read = (part: Extent) => this.read(part)
      return Readable.from(writeDamagedBundle({ ...input, checkpoint, sound, missing, read }))
    }
    const checkpoints = [...(await this.olderCheckpoints(run, size)), checkpoint]
    return Readable.from(writeBundle({ ...input, checkpoints, entries: this.read(run) }))
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
