import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Observable, tap } from 'rxjs'

export const createdKey = 'wardgate:created'

/** The route creates what can be read by itself: the answer's Location is the request's path and the new id. */
export const Creates = () => SetMetadata(createdKey, true)

export function isCreation(reflector: Reflector, handler: () => unknown): boolean {
  return reflector.get<boolean | undefined>(createdKey, handler) === true
}

@Injectable()
export class CreatedInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!isCreation(this.reflector, context.getHandler() as () => unknown)) return next.handle()
    const request = context.switchToHttp().getRequest<FastifyRequest>()
    const reply = context.switchToHttp().getResponse<FastifyReply>()
    const path = request.url.split('?', 1)[0] ?? ''
    return next.handle().pipe(
      tap((answer: unknown) => {
        if (typeof answer !== 'object' || answer === null || !('id' in answer)) return
        void reply.status(201).header('Location', `${path}/${String(answer.id)}`)
      }),
    )
  }
}
