import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import type { FastifyRequest } from 'fastify'
import { inputsOf, mediaTypeOf } from './input'

/** RFC 9110 section 15.5.16: a body in another form than the route reads is refused, not guessed at. */
export class UnsupportedMediaType extends RequestError {
  constructor(readonly accepted: string) {
    super('ERR_REQUEST_MEDIA_TYPE', `this path takes ${accepted}`)
  }
}

/** Refuses a body that is labelled as something else than the route's own. */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler()
    const label = context.switchToHttp().getRequest<FastifyRequest>().headers['content-type']
    if (label === undefined || inputsOf(handler).body === undefined) return true
    const accepted = mediaTypeOf(handler)
    if (label.split(';', 1)[0]?.trim().toLowerCase() === accepted) return true
    throw new UnsupportedMediaType(accepted)
  }
}
