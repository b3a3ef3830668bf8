import { ConfigError } from '@wardgate/errors'
import { z } from 'zod'
import { homeFolder, root } from './home'

const defaultPortBase = 15_400
/** Offsets from the base; the agent's listeners end in the digits their protocols are known by. */
const offsets = {
  rest: 0,
  grpc: 1,
  enrolment: 2,
  identityProvider: 3,
  database: 4,
  sample: 5,
  agentHealth: 6,
  shopApi: 7,
  ssh: 22,
  postgres: 32,
  http: 80,
} as const

/** Every key that the standalone reads; the configuration reference is made from it. */
export const envSchema = z.object({
  WARDGATE_HOME: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of all state; absent = `.wardgate` in the checkout.'),
  WARDGATE_PORT_BASE: z.coerce
    .number()
    .int()
    .min(1024)
    .max(65_000)
    .default(defaultPortBase)
    .describe(
      'First of the ports; every listener is at a fixed distance from it. A home keeps the one it was made with.',
    ),
  WARDGATE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severe level that is logged.'),
  REDIS_URL: z
    .string()
    .optional()
    .describe('Redis for the job queue; without it the queue lives in PostgreSQL.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP/HTTP collector that gets the traces of control plane and agent.'),
})

export type PortName = keyof typeof offsets

export interface Settings {
  /** Root of the repository: where the built applications are. */
  readonly root: string
  /** Where all state of this instance lives. */
  readonly home: string
  readonly ports: Readonly<Record<PortName, number>>
  readonly logLevel: string
  readonly redisUrl: string | undefined
  readonly otlpEndpoint: string | undefined
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = envSchema.safeParse(env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError('ERR_CONFIG_INVALID', problems.join('; '))
  }
  const { WARDGATE_HOME, WARDGATE_PORT_BASE, WARDGATE_LOG_LEVEL } = parsed.data
  const ports = Object.fromEntries(
    Object.entries(offsets).map(([name, offset]) => [name, WARDGATE_PORT_BASE + offset]),
  )
  return {
    root,
    home: homeFolder(WARDGATE_HOME),
    ports: ports as Record<PortName, number>,
    logLevel: WARDGATE_LOG_LEVEL,
    redisUrl: parsed.data.REDIS_URL,
    otlpEndpoint: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT,
  }
}

export function restUrl(settings: Settings): string {
  return `http://127.0.0.1:${settings.ports.rest}`
}

export function issuerUrl(settings: Settings): string {
  return `http://127.0.0.1:${settings.ports.identityProvider}`
}

/** By protocol, the ports that the agent listens on. */
export function listenersOf({ ports }: Settings): readonly (readonly [string, number])[] {
  return [
    ['postgres', ports.postgres],
    ['ssh', ports.ssh],
    ['http', ports.http],
  ]
}
