import { Module } from '@nestjs/common'
import { SessionsModule } from '../sessions/sessions.module'
import { BrokenSpools } from './broken-spools'
import { IngestRepository } from './ingest.repository'
import { IngestService } from './ingest.service'
import { SessionRecovery } from './session-recovery.service'

@Module({
  imports: [SessionsModule],
  providers: [IngestRepository, BrokenSpools, SessionRecovery, IngestService],
  exports: [IngestService],
})
export class IngestModule {}
