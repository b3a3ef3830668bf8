import { Global, Module } from '@nestjs/common'
import { AuditLog } from '../common/audit-port'
import { AuditLogService } from './audit-log.service'
import { AuditController } from './audit.controller'
import { AuditRepository } from './audit.repository'
import { AuditService } from './audit.service'
import { BulkAuditRepository } from './bulk-audit.repository'
import { CheckpointService } from './checkpoint.service'
import { EvidenceService } from './evidence.service'
import { SegmentRepository } from './segment.repository'

@Global()
@Module({
  controllers: [AuditController],
  providers: [
    AuditRepository,
    SegmentRepository,
    BulkAuditRepository,
    AuditLogService,
    { provide: AuditLog, useExisting: AuditLogService },
    AuditService,
    CheckpointService,
    EvidenceService,
  ],
  exports: [AuditLog, AuditLogService, CheckpointService],
})
export class AuditModule {}
