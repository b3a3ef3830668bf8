import { Module } from '@nestjs/common'
import { ConnectionsModule } from '../connections/connections.module'
import { CredentialsModule } from '../credentials/credentials.module'
import { PoliciesModule } from '../policies/policies.module'
import { PrincipalsModule } from '../principals/principals.module'
import { IssuedCredentials } from './issued-credentials'
import { Admissions } from './admissions'
import { LiveReview } from './live-review'
import { LiveSessions } from './live-sessions'
import { OpeningService } from './opening.service'
import { OperationRepository } from './operation.repository'
import { RecordingFeed } from './recording-feed.service'
import { Replicas } from './replicas'
import { SessionLife } from './session-life.service'
import { SessionRepository } from './session.repository'
import { SessionReview } from './session-review.service'
import { SessionTerms } from './session-terms.service'
import { FreshSessions } from './fresh-sessions'
import { SessionWriter } from './session-writer.service'
import { SessionsController } from './sessions.controller'
import { SessionsService } from './sessions.service'
import { StoredCredentials } from './stored-credentials'
import { TargetCredentials } from './target-credentials'
import { TargetRepository } from './target.repository'
import { ToldOperationRepository } from './told-operation.repository'
import { TargetsService } from './targets.service'

@Module({
  imports: [ConnectionsModule, CredentialsModule, PoliciesModule, PrincipalsModule],
  controllers: [SessionsController],
  providers: [
    SessionRepository,
    OperationRepository,
    ToldOperationRepository,
    TargetRepository,
    { provide: TargetCredentials, useClass: StoredCredentials },
    TargetsService,
    IssuedCredentials,
    Replicas,
    FreshSessions,
    SessionWriter,
    Admissions,
    SessionTerms,
    OpeningService,
    LiveSessions,
    LiveReview,
    SessionLife,
    SessionReview,
    SessionsService,
    RecordingFeed,
  ],
  exports: [
    Admissions,
    OpeningService,
    TargetsService,
    SessionWriter,
    LiveSessions,
    SessionLife,
    SessionReview,
  ],
})
export class SessionsModule {}
