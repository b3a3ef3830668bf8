import { Readable } from 'node:stream'
import { Injectable } from '@nestjs/common'
import { inclusionProof, readerOverLeafHashes } from '@wardgate/audit-log'
import type { EvidenceRequest } from './audit.dto'
import { AuditRepository } from './audit.repository'
import { CheckpointService } from './checkpoint.service'

/** Entries that are read at once; the bundle is written while it is read, so its size has no bound in memory. */
const entriesARead = 1_000

/** What a third party needs to check entries without trusting us: leaves, proofs, checkpoint, key. */
@Injectable()
export class EvidenceService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly checkpoints: CheckpointService,
  ) {}

  async export(request: EvidenceRequest): Promise<Readable> {
    const checkpoint = await this.checkpoints.sign()
    const keys = await this.checkpoints.verifierKeys()
    const head = JSON.stringify({
      format: 'wardgate.evidence.v1',
      checkpoint: checkpoint.note,
      keys: keys.trimEnd().split('\n'),
    }).slice(0, -1)
    return Readable.from(this.write(head, request, checkpoint.size))
  }

  private async *write(head: string, request: EvidenceRequest, size: number) {
    yield `${head},"entries":[\n`
    const reader = readerOverLeafHashes((first, end) => this.entries.leafHashes(first, end))
    let after = -1
    for (;;) {
      const rows = await this.entries.page(request, after, size, entriesARead)
      for (const { index, leaf } of rows) {
        const separator = after === -1 ? '' : ',\n'
        after = Number(index)
        const proof = await inclusionProof(after, size, reader)
        yield (
          separator +
          JSON.stringify({
            index: after,
            leaf,
            proof: proof.map((hash) => Buffer.from(hash).toString('base64')),
          })
        )
      }
      if (rows.length < entriesARead) break
    }
    yield '\n]}\n'
  }
}
