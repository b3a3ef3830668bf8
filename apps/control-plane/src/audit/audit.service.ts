import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { afterKey, toPage } from '../common/http/page'
import type { EntriesQuery } from './audit.dto'
import { AuditRepository } from './audit.repository'

const indexKey = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)

@Injectable()
export class AuditService {
  constructor(private readonly entries: AuditRepository) {}

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
