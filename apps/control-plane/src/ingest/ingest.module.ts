import { Module } from '@nestjs/common'
import { SessionsModule } from '../sessions/sessions.module'
import { IngestRepository } from './ingest.repository'
import { IngestService } from './ingest.service'
import { SessionRecovery } from './session-recovery.service'

@Module({
  imports: [SessionsModule],
  providers: [IngestRepository, SessionRecovery, IngestService],
  exports: [IngestService],
})
export class IngestModule {}
