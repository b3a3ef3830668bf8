import { createHash } from 'node:crypto'
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { RequestError } from '@wardgate/errors'
import type { FastifyReply } from 'fastify'
import { from, lastValueFrom, type Observable } from 'rxjs'
import type { AuthenticatedRequest } from '../auth/route-access'
import { Clock } from '../clock'
import type { Bytes } from '../sealing/envelope'
import { type IdempotencyId, IdempotencyRepository } from './idempotency.repository'
import { InvalidRequest } from './invalid-request'

const keptMillis = 24 * 60 * 60_000
/** A request that has no answer after this long died with its process; its key may be used again. */
const abandonedMillis = 60_000
const running = 0
const keyPattern = /^[\x21-\x7e]{1,200}$/
const secretAnswerKey = 'wardgate:secret-answer'

/** The answer holds a secret, so it is not kept: the same key gets 409 instead of the same answer. */
export const SecretAnswer = () => SetMetadata(secretAnswerKey, true)

const readsOnlyKey = 'wardgate:reads-only'

/** A POST that changes nothing, such as a download: it is answered anew each time, whatever key comes with it. */
export const ReadsOnly = () => SetMetadata(readsOnlyKey, true)

/** POST with Idempotency-Key: the work is done once, the same request gets the same answer. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly reflector: Reflector,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp()
    const request = http.getRequest<AuthenticatedRequest>()
    const header = request.headers['idempotency-key']
    const principalId = request.identity?.principal.id
    if (request.method !== 'POST' || header === undefined || principalId === undefined)
      return next.handle()
    if (typeof header !== 'string' || !keyPattern.test(header))
      throw new InvalidRequest([
        { path: 'Idempotency-Key', message: 'must be 1–200 ASCII characters' },
      ])
    const isMarked = (key: string) =>
      this.reflector.get<boolean | undefined>(key, context.getHandler()) === true
    if (isMarked(readsOnlyKey)) return next.handle()
    const isSecret = isMarked(secretAnswerKey)
    const call = { id: { principalId, key: header }, digest: digestOf(request), isSecret }
    return from(this.once(call, http.getResponse<FastifyReply>(), next))
  }

  private async once(call: Call, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const now = this.clock.now()
    await this.keys.deleteOlder(call.id.principalId, new Date(now - keptMillis))
    if (!(await this.claim(call, now))) return this.repeat(call, reply)
    try {
      const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined })
      const [location = null, etag = null] = ['Location', 'ETag'].map((name) =>
        reply.getHeader(name),
      )
      const kept = call.isSecret ? {} : { answer: answer ?? null, location, etag }
      await this.keys.answer(call.id, reply.statusCode, kept)
      return answer
    } catch (error) {
      await this.keys.release(call.id)
      throw error
    }
  }

  private async claim(call: Call, now: number): Promise<boolean> {
    if (await this.keys.claim(call.id, call.digest, running)) return true
    const found = await this.keys.find(call.id)
    if (found?.status !== running) return false
    await this.keys.release(call.id, new Date(now - abandonedMillis))
    return this.keys.claim(call.id, call.digest, running)
  }

  private async repeat(call: Call, reply: FastifyReply): Promise<unknown> {
    const found = await this.keys.find(call.id)
    if (found === null || found.status === running)
      throw conflict('the first request with this Idempotency-Key is still running')
    if (!Buffer.from(found.digest).equals(call.digest))
      throw conflict('this Idempotency-Key was used for another request')
    if (call.isSecret) throw conflict('this was done already, and its secret is shown only once')
    const { answer, location, etag } = found.body as Record<string, unknown>
    if (typeof location === 'string') void reply.status(201).header('Location', location)
    if (typeof etag === 'string') void reply.header('ETag', etag)
    void reply.header('Idempotency-Replayed', 'true')
    return answer
  }
}

interface Call {
  readonly id: IdempotencyId
  readonly digest: Bytes
  readonly isSecret: boolean
}

function conflict(message: string): RequestError {
  return new RequestError('ERR_REQUEST_CONFLICT', message, {
    nextStep: 'Use a new Idempotency-Key for a new request.',
  })
}

function digestOf(request: AuthenticatedRequest): Bytes {
  const parts = [request.method, request.url, JSON.stringify(request.body ?? null)]
  return new Uint8Array(createHash('sha256').update(JSON.stringify(parts)).digest())
}
