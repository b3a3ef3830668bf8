import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyReply } from 'fastify'
import { type Observable, tap } from 'rxjs'
import { versionedKey } from './precondition'

/** Gives the answers of @Versioned() routes their ETag. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean | undefined>(versionedKey, context.getHandler()) !== true)
      return next.handle()
    const reply = context.switchToHttp().getResponse<FastifyReply>()
    return next.handle().pipe(
      tap((answer: unknown) => {
        if (typeof answer === 'object' && answer !== null && 'version' in answer)
          void reply.header('ETag', `"${String(answer.version)}"`)
      }),
    )
  }
}
