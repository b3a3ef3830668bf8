import {
  ROOT_CONTEXT,
  SpanKind as ApiSpanKind,
  SpanStatusCode,
  trace,
  type Span as ApiSpan,
  type Tracer,
} from '@opentelemetry/api'
import type { TraceSettings } from './settings'
import type { Span, Spans } from './spans'
import { formatTraceparent, parseTraceparent } from './traceparent'

export interface Tracing {
  readonly spans: Spans
  /** Sends what is left. */
  stop(): Promise<void>
}

const kinds = { server: ApiSpanKind.SERVER, client: ApiSpanKind.CLIENT } as const
const exportMillis = 1_000
const stopMillis = 3_000

/**
 * Starts sending traces. Nothing is instrumented by itself and no resource is detected: a process's arguments and
 * environment stay here. The SDK is loaded when it is wanted, because it takes long and most do not want it.
 */
export async function startTracing(service: string, settings: TraceSettings): Promise<Tracing> {
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: parseHeaders(settings.headers?.reveal() ?? ''),
  })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new sdk.ParentBasedSampler({
      root: new sdk.TraceIdRatioBasedSampler(settings.ratio),
    }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: exportMillis })],
  })
  const tracer = provider.getTracer('wardgate')
  return {
    spans: { start: (...what) => startSpan(tracer, ...what) },
    stop: () => withinLimit(provider.shutdown()),
  }
}

function startSpan(
  tracer: Tracer,
  ...[name, kind, attributes, parent]: Parameters<Spans['start']>
): Span {
  const from = parseTraceparent(parent)
  const context = from === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, from)
  const options = { kind: kinds[kind], attributes: { ...attributes } }
  return wrap(tracer.startSpan(name, options, context))
}

function wrap(span: ApiSpan): Span {
  return {
    traceparent: formatTraceparent(span.spanContext()),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    fail: (code) => {
      span.setAttribute('error.type', code)
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
    end: () => span.end(),
  }
}

/** `name=value` pairs, percent-encoded: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) return []
    return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const]
  })
  return Object.fromEntries(pairs)
}

/** A collector that does not answer must not keep the process. */
async function withinLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, stopMillis)))
  await Promise.race([work.catch(() => undefined), limit])
  clearTimeout(timer)
}
