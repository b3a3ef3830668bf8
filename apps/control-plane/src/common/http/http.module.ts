import { Module } from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core'
import { AccessGuard } from '../auth/access.guard'
import { RouteDeclarations } from '../auth/route-declarations'
import { CreatedInterceptor } from './created.interceptor'
import { EtagInterceptor } from './etag.interceptor'
import { ProblemFilter } from './problem.filter'

/** What every route goes through. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    RouteDeclarations,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: CreatedInterceptor },
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
  ],
})
export class HttpModule {}
