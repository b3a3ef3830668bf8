import { type Secret, secret } from '@wardgate/config'
import { z } from 'zod'

/** The keys by which any part of ours is told where its traces go; named as the OpenTelemetry specification names them. */
export const traceSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP/HTTP collector that gets traces; absent = none are made.'),
  OTEL_EXPORTER_OTLP_HEADERS: secret
    .optional()
    .describe('Headers for the collector, `name=value` separated by commas, such as its token.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of sessions and requests that are traced, 0 to 1.'),
} as const

export interface TraceSettings {
  readonly endpoint: string
  readonly headers: Secret | undefined
  readonly ratio: number
}

export interface TraceEnv {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined
  readonly OTEL_EXPORTER_OTLP_HEADERS?: Secret | undefined
  readonly OTEL_TRACES_SAMPLER_ARG: number
}

/** Undefined = tracing is off. */
export function traceSettingsOf(env: TraceEnv): TraceSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = env
  if (endpoint === undefined) return undefined
  return { endpoint, headers, ratio: env.OTEL_TRACES_SAMPLER_ARG }
}
