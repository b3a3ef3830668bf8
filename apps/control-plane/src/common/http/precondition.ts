import { type ExecutionContext, SetMetadata, createParamDecorator } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import type { FastifyRequest } from 'fastify'
import { InvalidRequest } from './invalid-request'

/** RFC 6585 section 3: the request must say which version it changes. */
export class MissingPrecondition extends RequestError {
  constructor() {
    super('ERR_REQUEST_PRECONDITION', 'If-Match is missing', {
      nextStep: 'Read the resource and send its ETag as If-Match.',
    })
  }
}

/** What a change finds when the resource has moved on since it was read. */
export class StaleVersion extends RequestError {
  constructor(what: string) {
    super('ERR_REQUEST_PRECONDITION', `${what} has changed since it was read`)
  }
}

export const needsVersionKey = 'wardgate:needs-version'
export const versionedKey = 'wardgate:versioned'

/** The answer's `version` is also its ETag. */
export const Versioned = () => SetMetadata(versionedKey, true)

const readIfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']
  if (header === undefined) throw new MissingPrecondition()
  const version = /^"(\d{1,9})"$/.exec(header)?.[1]
  if (version === undefined)
    throw new InvalidRequest([{ path: 'If-Match', message: 'must be one ETag, such as "3"' }])
  return Number(version)
})

/** The version that the caller read. Without If-Match the answer is 428. */
export const IfMatch =
  () =>
  (target: object, key: string | symbol | undefined, index: number): void => {
    const handler = (target as Record<string, object>)[key as string]
    if (handler !== undefined) Reflect.defineMetadata(needsVersionKey, true, handler)
    readIfMatch()(target, key, index)
  }
