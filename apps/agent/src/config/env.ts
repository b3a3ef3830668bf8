import { hostname } from 'node:os'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Env, metricsToken, parseEnv, Secret, secret } from '@wardgate/config'
import { ConfigError } from '@wardgate/errors'
import type { Protocol } from '@wardgate/gateway'
import { traceSettings, type TraceSettings, traceSettingsOf } from '@wardgate/tracing'
import { z } from 'zod'
import { type Address, parseAddress } from './address'
import { type ListenerSpec, parseListener } from './listener-spec'
import { needsTls } from './needs-tls'

const hostAndPort = z
  .string()
  .refine((text) => parseAddress(text)?.kind === 'tcp', 'must be host:port')

const listeners = z.string().transform((text, context): ListenerSpec[] => {
  const items = text.split(',').map((item) => item.trim())
  return items.filter(Boolean).flatMap((item) => {
    const spec = parseListener(item)
    if (spec !== undefined) return [spec]
    context.addIssue({
      code: 'custom',
      message: 'must be protocol=address or protocol/connection=address, separated by commas',
    })
    return []
  })
})

const address = z.string().transform((text, context): Address => {
  const parsed = parseAddress(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'must be host:port' })
  return z.NEVER
})

const mebibyte = 1 << 20

/** Every key that the agent reads; the configuration reference is made from it. */
export const envSchema = z.object({
  WARDGATE_AGENT_NAME: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots and dashes')
    .default(() => hostname().toLowerCase())
    .describe('Name that the agent enrols under.'),
  WARDGATE_CONTROL_PLANE: hostAndPort.describe('gRPC address of the control plane, host:port.'),
  WARDGATE_ENROLMENT: hostAndPort
    .optional()
    .describe('Enrolment address of the control plane, host:port; needed until enrolled.'),
  WARDGATE_JOIN_TOKEN: secret.optional().describe('Join token; needed until enrolled.'),
  WARDGATE_JOIN_TOKEN_FILE: z.string().optional().describe('File that holds the join token.'),
  WARDGATE_STATE_DIR: z
    .string()
    .default('/var/lib/wardgate-agent')
    .describe('Folder of the identity and the audit spool; one agent each.'),
  WARDGATE_LISTENERS: listeners
    .default([])
    .describe('Where clients connect: protocol[/connection]=address, separated by commas.'),
  WARDGATE_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'PEM chain for clients; needed to listen beyond loopback and unix sockets, but by protocols that encrypt themselves.',
    ),
  WARDGATE_TLS_KEY_FILE: z.string().optional().describe('PEM key of that chain.'),
  WARDGATE_HEALTH_LISTEN: address
    .optional()
    .describe('Address of /health/live, /health/ready and /metrics; absent = none.'),
  WARDGATE_SPOOL_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(4 * mebibyte)
    .default(1024 * mebibyte)
    .describe('Most that the audit spool takes on disk; when it is full, operations are refused.'),
  WARDGATE_MAX_SESSIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(4000)
    .describe('Most sessions at once.'),
  WARDGATE_MAX_SESSIONS_PER_PRINCIPAL: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Most sessions of one principal; absent = half of them.'),
  WARDGATE_PROMPT_SECONDS: z.coerce
    .number()
    .int()
    .min(10)
    .max(600)
    .default(120)
    .describe('How long people may take to type a credential that a protocol asks them for.'),
  WARDGATE_DRAIN_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(20)
    .describe('How long sessions may go on after SIGTERM.'),
  WARDGATE_CATALOG_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(5)
    .describe(
      "How often the target's catalog is checked for changes. After a check that takes long there is a longer rest: twenty times as long, up to 30 s; after one that fails, a rest that doubles up to that.",
    ),
  WARDGATE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severe level that is logged.'),
  WARDGATE_METRICS_TOKEN: metricsToken,
  ...traceSettings,
})

export interface Config {
  readonly agentName: string
  readonly controlPlane: string
  readonly enrolment: string | undefined
  readonly joinToken: Secret | undefined
  readonly stateFolder: string
  readonly listeners: readonly ListenerSpec[]
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly health: Address | undefined
  readonly metricsToken: Secret | undefined
  readonly spoolMaxBytes: number
  readonly maxSessions: number
  readonly maxSessionsPerPrincipal: number
  readonly promptMillis: number
  readonly drainMillis: number
  readonly catalogMillis: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** Undefined = tracing is off. */
  readonly traces: TraceSettings | undefined
}

/** The agent's configuration. Throws one ConfigError that names every key with a problem. */
export function readConfig(env: Env, protocols: readonly Protocol[]): Config {
  const values = parseEnv(envSchema, env)
  const files = new FileReader()
  const joinToken = values.WARDGATE_JOIN_TOKEN_FILE
    ? files.read('WARDGATE_JOIN_TOKEN_FILE', values.WARDGATE_JOIN_TOKEN_FILE)?.trim()
    : values.WARDGATE_JOIN_TOKEN?.reveal()
  const cert = files.read('WARDGATE_TLS_CERT_FILE', values.WARDGATE_TLS_CERT_FILE)
  const key = files.read('WARDGATE_TLS_KEY_FILE', values.WARDGATE_TLS_KEY_FILE)
  if ((cert === undefined) !== (key === undefined)) {
    files.problems.push('WARDGATE_TLS_CERT_FILE and WARDGATE_TLS_KEY_FILE: both or neither')
  }
  const tls = cert === undefined || key === undefined ? undefined : { cert, key }
  const open = values.WARDGATE_LISTENERS.filter((spec) => needsTls(spec, protocols))
  if (tls === undefined && open.length > 0) {
    const texts = open.map(({ text }) => text).join(', ')
    files.problems.push(
      `WARDGATE_LISTENERS: ${texts}: beyond loopback only with WARDGATE_TLS_CERT_FILE`,
    )
  }
  if (files.problems.length > 0) {
    throw new ConfigError('ERR_CONFIG_INVALID', files.problems.join('; '))
  }
  return {
    agentName: values.WARDGATE_AGENT_NAME,
    controlPlane: values.WARDGATE_CONTROL_PLANE,
    enrolment: values.WARDGATE_ENROLMENT,
    joinToken: joinToken === undefined ? undefined : new Secret(joinToken),
    stateFolder: resolve(values.WARDGATE_STATE_DIR),
    listeners: values.WARDGATE_LISTENERS,
    tls,
    health: values.WARDGATE_HEALTH_LISTEN,
    metricsToken: values.WARDGATE_METRICS_TOKEN,
    spoolMaxBytes: values.WARDGATE_SPOOL_MAX_BYTES,
    maxSessions: values.WARDGATE_MAX_SESSIONS,
    maxSessionsPerPrincipal:
      values.WARDGATE_MAX_SESSIONS_PER_PRINCIPAL ?? Math.ceil(values.WARDGATE_MAX_SESSIONS / 2),
    promptMillis: values.WARDGATE_PROMPT_SECONDS * 1000,
    drainMillis: values.WARDGATE_DRAIN_SECONDS * 1000,
    catalogMillis: values.WARDGATE_CATALOG_SECONDS * 1000,
    logLevel: values.WARDGATE_LOG_LEVEL,
    traces: traceSettingsOf(values),
  }
}

/** Collects what cannot be read, so that all problems are told at once. */
class FileReader {
  readonly problems: string[] = []

  read(key: string, path: string | undefined): string | undefined {
    if (path === undefined) return undefined
    try {
      return readFileSync(path, 'utf8')
    } catch {
      this.problems.push(`${key}: the file cannot be read`)
      return undefined
    }
  }
}
