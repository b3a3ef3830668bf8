import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import type { FastifyInstance } from 'fastify'

/** RFC 9110 section 15.5.6: the answer names what the path does take. */
export class MethodNotAllowed extends RequestError {
  constructor(readonly allowed: readonly string[]) {
    super('ERR_REQUEST_METHOD', `this path takes ${allowed.join(', ')}`)
  }
}

interface Route {
  readonly method: string
  readonly segments: readonly string[]
}

/** Every path of the API with its methods, to tell a wrong method from a wrong path. */
@Injectable()
export class KnownRoutes {
  private readonly routes: Route[] = []

  /** The console's catch-all is no path that anybody knows. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      if (url.includes('*')) return
      for (const one of [method].flat()) this.routes.push({ method: one, segments: url.split('/') })
    })
  }

  /** Why a request that no route takes is refused. */
  refusal(url: string, cause?: unknown): RequestError {
    const path = url.split('?', 1)[0] ?? ''
    const segments = path.split('/')
    const methods = this.routes
      .filter((route) => fits(route.segments, segments))
      .map(({ method }) => method)
    if (methods.length > 0) return new MethodNotAllowed([...new Set(methods)].sort())
    return new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such route', { cause })
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, at) => (part.startsWith(':') ? path[at] !== '' : part === path[at]))
  )
}
