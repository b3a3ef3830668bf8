import { noSpans, type Span, type Spans } from '@wardgate/tracing'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * One span a request, by route: path and query may hold what must not leave. It begins a trace of its own, because
 * anybody can send a traceparent.
 */
export function traceRequests(fastify: FastifyInstance, spans: Spans): void {
  if (spans === noSpans) return
  const open = new WeakMap<FastifyRequest, Span>()
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions } = request
    const route = routeOptions.url ?? 'unknown'
    const attributes = { 'http.request.method': method, 'http.route': route }
    open.set(request, spans.start(`${method} ${route}`, 'server', attributes))
    done()
  })
  fastify.addHook('onResponse', async (request, reply) => {
    const span = open.get(request)
    span?.set({ 'http.response.status_code': reply.statusCode })
    if (reply.statusCode >= 500) span?.fail(String(reply.statusCode))
    span?.end()
  })
}
