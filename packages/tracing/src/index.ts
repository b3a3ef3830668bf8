export { noSpans, type Span, type SpanAttributes, type SpanKind, type Spans } from './spans'
export { startTracing, type Tracing } from './start-tracing'
export { traceSettings, type TraceSettings, traceSettingsOf } from './settings'
