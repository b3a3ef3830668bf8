/**
 * All that a span may say. A closed list: texts, parameters, tokens, and what a client claims of itself have no
 * place here, because whoever reads traces need not be one who may read them.
 */
export interface SpanAttributes {
  readonly 'http.request.method'?: string
  readonly 'http.route'?: string
  readonly 'http.response.status_code'?: number
  readonly 'wardgate.protocol'?: string
  readonly 'wardgate.connection'?: string
  readonly 'wardgate.session_id'?: string
  readonly 'wardgate.operation_id'?: string
  readonly 'wardgate.operation_kind'?: string
  readonly 'wardgate.verdict'?: string
  /** Whether the verdict was in the agent's memo. */
  readonly 'wardgate.memo'?: boolean
  readonly 'wardgate.status'?: string
  readonly 'wardgate.approval_id'?: string
  /** A code of ours, never a message. */
  readonly 'error.type'?: string
}

export type SpanKind = 'server' | 'client'

export interface Span {
  /** W3C trace context, for the next part of ours; empty when nothing is traced. */
  readonly traceparent: string
  set(attributes: SpanAttributes): void
  /** Marks it as failed, by code. */
  fail(code: string): void
  end(): void
}

/** Where spans are made. `parent` is the traceparent of a part of ours, never one that a client claims. */
export interface Spans {
  start(name: string, kind: SpanKind, attributes: SpanAttributes, parent?: string): Span
}

const noSpan: Span = {
  traceparent: '',
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
}

/** Tracing is off. */
export const noSpans: Spans = { start: () => noSpan }
