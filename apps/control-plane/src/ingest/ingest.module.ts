import { Module } from '@nestjs/common'
import { SessionsModule } from '../sessions/sessions.module'
import { IngestRepository } from './ingest.repository'
import { IngestService } from './ingest.service'

@Module({
  imports: [SessionsModule],
  providers: [IngestRepository, IngestService],
  exports: [IngestService],
})
export class IngestModule {}
