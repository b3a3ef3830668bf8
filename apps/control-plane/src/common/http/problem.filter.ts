import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common'
import { type GatewayError, InternalError, RequestError, toGatewayError } from '@wardgate/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { InvalidRequest } from './invalid-request'
import { KnownRoutes, MethodNotAllowed } from './known-routes'
import { UnsupportedMediaType } from './media-type.guard'
import { sendProblem, toProblem } from './problem'

/** The one place where an error becomes an HTTP answer and a log line. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('rest')

  constructor(private readonly routes: KnownRoutes) {}

  catch(caught: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    const error = this.classify(caught, request)
    const problem = toProblem(error, request.id)
    this.log(error, request)
    // A stream that has begun cannot become a problem document; it is cut so that nobody takes it for whole.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy()
      return
    }
    const retryAfter = retrySeconds(error)
    if (retryAfter !== undefined) void reply.header('Retry-After', String(retryAfter))
    if (error instanceof MethodNotAllowed) void reply.header('Allow', error.allowed.join(', '))
    if (error instanceof UnsupportedMediaType) void reply.header('Accept', error.accepted)
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer')
    void sendProblem(reply, problem)
  }

  private classify(caught: unknown, { url }: FastifyRequest): GatewayError {
    const status = statusGiven(caught)
    if (status === undefined || status >= 500)
      return caught instanceof HttpException
        ? new InternalError('internal error', { cause: caught })
        : toGatewayError(caught)
    const options = { cause: caught }
    switch (status) {
      case 403:
        return new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such route', options)
      case 404:
        return this.routes.refusal(url, caught)
      case 413:
        return new RequestError('ERR_REQUEST_OVERSIZE', 'the request body is too large', options)
      case 415:
        return new RequestError(
          'ERR_REQUEST_MEDIA_TYPE',
          'no path takes this Content-Type',
          options,
        )
      default:
        return new InvalidRequest([{ path: '', message: 'the request cannot be read' }])
    }
  }

  private log(error: GatewayError, request: FastifyRequest): void {
    const fields = { code: error.code, requestId: request.id, method: request.method }
    if (error.logLevel === 'error') this.logger.error({ ...fields, err: error }, 'request failed')
    else this.logger.debug({ ...fields, reason: error.message }, 'request refused')
  }
}

function retrySeconds(error: GatewayError): number | undefined {
  return 'retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number'
    ? error.retryAfterSeconds
    : undefined
}

/** The status that Nest or Fastify gave an error of their own. */
function statusGiven(caught: unknown): number | undefined {
  if (caught instanceof HttpException) return caught.getStatus()
  if (!(caught instanceof Error) || !('statusCode' in caught)) return undefined
  return typeof caught.statusCode === 'number' ? caught.statusCode : undefined
}
