import { toGatewayError } from '@wardgate/errors'
import type { Span, SpanAttributes, Spans } from '@wardgate/tracing'

export interface Traced {
  readonly name: string
  readonly attributes: SpanAttributes
  /** Of the agent's own span: the agent is known by its certificate. */
  readonly parent: string
}

/** Runs `work` in a span that fails with the code of what it throws. */
export async function traced<T>(
  spans: Spans,
  { name, attributes, parent }: Traced,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = spans.start(name, 'server', attributes, parent)
  try {
    return await work(span)
  } catch (error) {
    span.fail(toGatewayError(error).code)
    throw error
  } finally {
    span.end()
  }
}
