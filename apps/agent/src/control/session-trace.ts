import { toGatewayError } from '@wardgate/errors'
import type {
  ControlVerdict,
  OpenRequest,
  Operation,
  Outcome,
  SessionGrant,
} from '@wardgate/gateway'
import { noSpans, type Span, type Spans } from '@wardgate/tracing'

export interface TracedDecision {
  readonly traceparent: string
  /** The same promise, watched when it is traced. */
  follow(verdict: Promise<ControlVerdict>): Promise<ControlVerdict>
}

const untraced: TracedDecision = { traceparent: '', follow: (verdict) => verdict }

/** The spans of one session: one for its whole life, for every decision that is asked for, and every run at the target. */
export class SessionTrace {
  readonly #spans: Spans
  #session: Span | undefined

  constructor(spans: Spans) {
    this.#spans = spans
  }

  /** The trace context to send along. */
  begin({ protocol, connection }: OpenRequest): string {
    if (this.#spans === noSpans) return ''
    const attributes = { 'wardgate.protocol': protocol, 'wardgate.connection': connection }
    this.#session = this.#spans.start('session', 'server', attributes)
    return this.#session.traceparent
  }

  opened({ sessionId }: SessionGrant): void {
    this.#session?.set({ 'wardgate.session_id': sessionId })
  }

  refused(error: unknown): void {
    this.#session?.fail(toGatewayError(error).code)
  }

  decide(operationId: string, operation: Operation): TracedDecision {
    if (this.#session === undefined) return untraced
    const attributes = {
      'wardgate.operation_id': operationId,
      'wardgate.operation_kind': operation.kind,
    }
    const span = this.#spans.start('decision', 'client', attributes, this.#session.traceparent)
    return { traceparent: span.traceparent, follow: (verdict) => follow(span, verdict) }
  }

  /** From the permit to its settling: what the target takes, and the relay of its answer. */
  target(operationId: string, { kind }: Operation, fromMemo: boolean) {
    if (this.#session === undefined) return undefined
    const attributes = {
      'wardgate.operation_id': operationId,
      'wardgate.operation_kind': kind,
      'wardgate.memo': fromMemo,
    }
    const span = this.#spans.start('target', 'client', attributes, this.#session.traceparent)
    return ({ status }: Outcome) => {
      span.set({ 'wardgate.status': status })
      span.end()
    }
  }

  end(): void {
    this.#session?.end()
    this.#session = undefined
  }
}

async function follow(span: Span, verdict: Promise<ControlVerdict>): Promise<ControlVerdict> {
  try {
    const { outcome } = await verdict
    span.set({ 'wardgate.verdict': outcome.kind })
    if (outcome.kind === 'deny') span.set({ 'error.type': outcome.error.code })
    else if (outcome.approvalId !== undefined)
      span.set({ 'wardgate.approval_id': outcome.approvalId })
    return await verdict
  } catch (error) {
    span.fail(toGatewayError(error).code)
    throw error
  } finally {
    span.end()
  }
}
