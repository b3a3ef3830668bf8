import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { version } from '../version'

export interface Tracing {
  shutdown(): Promise<void>
}

/** Starts sending traces. The SDK is loaded here and not above, because it takes long and most do not want it. */
export async function startTracing(endpoint: string): Promise<Tracing> {
  const [{ NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const sdk = new NodeSDK({
    serviceName: 'wardgate-control-plane',
    traceExporter: new OTLPTraceExporter({ url }),
  })
  sdk.start()
  return sdk
}

/** One span a request; by route, without query or body: those may hold secrets. */
export function traceRequests(fastify: FastifyInstance): void {
  const tracer = trace.getTracer('wardgate', version)
  const spans = new WeakMap<FastifyRequest, Span>()
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const span = tracer.startSpan(`${request.method} ${route}`, {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': request.method, 'http.route': route },
    })
    spans.set(request, span)
    done()
  })
  fastify.addHook('onResponse', async (request, reply) => {
    const span = spans.get(request)
    span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
  })
}
