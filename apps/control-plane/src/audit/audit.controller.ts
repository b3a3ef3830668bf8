import { Controller, Get, Header, HttpCode, Post, StreamableFile } from '@nestjs/common'
import { z } from 'zod'
import { RequirePermission } from '../common/auth/route-access'
import { ReadsOnly } from '../common/http/idempotency.interceptor'
import { Answers, BodyOf, ParamsOf, QueryOf } from '../common/http/input'
import {
  entriesAnswer,
  entriesQuery,
  type EntriesQuery,
  entryParams,
  type EntryParams,
  evidenceRequest,
  type EvidenceRequest,
  provenEntryAnswer,
} from './audit.dto'
import { AuditService } from './audit.service'
import { CheckpointService } from './checkpoint.service'
import { EvidenceService } from './evidence.service'

@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly checkpoints: CheckpointService,
    private readonly evidence: EvidenceService,
  ) {}

  @Get('entries')
  @RequirePermission('audit:read')
  @Answers('Audit entries, newest first', entriesAnswer)
  list(@QueryOf(entriesQuery) query: EntriesQuery) {
    return this.audit.list(query)
  }

  @Get('entries/:index')
  @RequirePermission('audit:read')
  @Answers('One audit entry, and the proof that it is in the log', provenEntryAnswer)
  get(@ParamsOf(entryParams) { index }: EntryParams) {
    return this.audit.get(index)
  }

  @Get('checkpoint')
  @RequirePermission('audit:read')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Answers('The latest checkpoint, a signed note', z.string(), 'text/plain')
  checkpoint() {
    return this.checkpoints.latest()
  }

  @Get('keys')
  @RequirePermission('audit:read')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Answers(
    'Keys that checkpoints are signed with, one verifier line each',
    z.string(),
    'text/plain',
  )
  keys() {
    return this.checkpoints.verifierKeys()
  }

  @Post('evidence')
  @HttpCode(200)
  @ReadsOnly()
  @RequirePermission('audit:read')
  @Answers('Evidence bundle, JSON Lines, that verifies offline', z.string(), 'application/jsonl')
  async exportEvidence(@BodyOf(evidenceRequest) request: EvidenceRequest) {
    return new StreamableFile(await this.evidence.export(request), { type: 'application/jsonl' })
  }
}
