import { Injectable } from '@nestjs/common'
import { inclusionProof, leafHash, readerOverLeafHashes } from '@wardgate/audit-log'
import { RequestError } from '@wardgate/errors'
import { z } from 'zod'
import { afterKey, toPage } from '../common/http/page'
import type { EntriesQuery } from './audit.dto'
import { AuditRepository } from './audit.repository'
import { CheckpointService } from './checkpoint.service'
import { entryOfLeaf, readLeaf } from './stored-entry'

const indexKey = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)

@Injectable()
export class AuditService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly checkpoints: CheckpointService,
  ) {}

  async get(index: number) {
    const [stored] = await this.entries.leaves({ first: index, end: index + 1 })
    if (stored === undefined)
      throw new RequestError('ERR_REQUEST_NOT_FOUND', `the audit log has no entry ${index}`)
    const { size, note } = await this.checkpoints.sign()
    const reader = readerOverLeafHashes((first, end) => this.entries.leafHashes(first, end))
    const proof = await inclusionProof(index, size, reader)
    return {
      ...entryOfLeaf(index, readLeaf(stored), leafHash(stored.leaf)),
      leaf: stored.leaf,
      checkpoint: note,
      inclusionProof: proof.map((hash) => Buffer.from(hash).toString('hex')),
    }
  }

  async list(query: EntriesQuery) {
    const before = afterKey(query, indexKey)
    const rows = await this.entries.list(
      query,
      before === undefined ? undefined : BigInt(before),
      query.limit + 1,
    )
    return toPage(
      rows,
      query,
      ({ index }) => index.toString(),
      (entry) => entry,
    )
  }
}
