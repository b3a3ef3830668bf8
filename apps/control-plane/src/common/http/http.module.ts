import { Module } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core'
import { AccessGuard } from '../auth/access.guard'
import { RouteDeclarations } from '../auth/route-declarations'
import { CreatedInterceptor } from './created.interceptor'
import { EtagInterceptor } from './etag.interceptor'
import { IdempotencyInterceptor } from './idempotency.interceptor'
import { IdempotencyRepository } from './idempotency.repository'
import { KnownRoutes } from './known-routes'
import { MediaTypeGuard } from './media-type.guard'
import { ProblemFilter } from './problem.filter'

/** What every route goes through. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    RouteDeclarations,
    KnownRoutes,
    IdempotencyRepository,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: MediaTypeGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    // Outermost, so that what it keeps and repeats has passed all others.
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: CreatedInterceptor },
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
  ],
})
export class HttpModule {}
