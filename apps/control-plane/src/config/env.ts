import { resolve } from 'node:path'
import { type Env as RawEnv, metricsToken, parseEnv, secret } from '@wardgate/config'
import { traceSettings, traceSettingsOf } from '@wardgate/tracing'
import { z } from 'zod'
import type { Address, Bootstrap, Config } from './config'

const address = z.string().transform((value, context): Address => {
  const found = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<host>[^:\s]+)):(?<port>\d{1,5})$/.exec(value)
  const port = Number(found?.groups?.['port'])
  if (found !== null && port <= 65535)
    return { host: found.groups?.['v6'] ?? found.groups?.['host'] ?? '', port }
  context.addIssue({ code: 'custom', message: 'must be host:port' })
  return z.NEVER
})

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

const webUrl = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''))

export const envSchema = z
  .object({
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')
      .pipe(secret)
      .describe('PostgreSQL ≥ 14 that holds everything.'),
    WARDGATE_DATABASE_CONNECTIONS: z.coerce
      .number()
      .int()
      .min(2)
      .max(200)
      .default(10)
      .describe('Most connections to PostgreSQL that one replica opens for its queries.'),
    REDIS_URL: secret
      .optional()
      .describe('Redis for the job queue; without it the queue lives in PostgreSQL.'),
    WARDGATE_LISTEN: address.prefault('127.0.0.1:15400').describe('REST API and console.'),
    WARDGATE_GRPC_LISTEN: address.prefault('127.0.0.1:15401').describe('gRPC for agents (mTLS).'),
    WARDGATE_ENROLMENT_LISTEN: address
      .prefault('127.0.0.1:15402')
      .describe('Enrolment of agents (TLS).'),
    WARDGATE_GRPC_NAMES: list
      .prefault('localhost,127.0.0.1')
      .describe('Names and addresses in the certificate of the gRPC ports, separated by commas.'),
    WARDGATE_PUBLIC_URL: webUrl
      .optional()
      .describe('URL under which people and tokens find this control plane.'),
    WARDGATE_MASTER_KEY_FILE: z
      .string()
      .optional()
      .describe(
        'File with the master key, 32 bytes in base64, one key a line; the first seals, all open.',
      ),
    WARDGATE_MASTER_KEY: secret
      .optional()
      .describe('The master key itself, for platforms that mount secrets as environment.'),
    WARDGATE_CONSOLE_DIR: z
      .string()
      .default(resolve(__dirname, '../../../console/dist'))
      .describe('Folder with the built console.'),
    WARDGATE_BOOTSTRAP_ISSUER: webUrl
      .optional()
      .describe('OIDC issuer that is registered while there is no administrator.'),
    WARDGATE_BOOTSTRAP_AUDIENCE: z
      .string()
      .default('wardgate')
      .describe('Audience of access tokens of the bootstrap issuer.'),
    WARDGATE_BOOTSTRAP_CLIENT_ID: z
      .string()
      .default('')
      .describe('Public client of the bootstrap issuer for console log-in.'),
    WARDGATE_BOOTSTRAP_ADMIN: z
      .string()
      .regex(/^(group|subject):.+$/, 'must be group:<name> or subject:<sub>')
      .optional()
      .describe('Who becomes administrator while there is none.'),
    WARDGATE_TOKEN_SECONDS: z.coerce
      .number()
      .int()
      .min(30)
      .max(3600)
      .default(600)
      .describe('Longest life of an exchanged token.'),
    WARDGATE_CONSOLE_SESSION_SECONDS: z.coerce
      .number()
      .int()
      .min(300)
      .max(86_400)
      .default(28_800)
      .describe('Life of a console log-in.'),
    WARDGATE_TRUSTED_PROXIES: list
      .prefault('')
      .describe('Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For is believed.'),
    WARDGATE_WEBHOOK_PRIVATE: z
      .stringbool()
      .optional()
      .describe(
        'Whether webhooks may go to loopback and private addresses, and over http; default: unless NODE_ENV is production.',
      ),
    WARDGATE_LOG_LEVEL: z
      .enum(['error', 'warn', 'info', 'debug'])
      .default('info')
      .describe('Least severe level that is logged.'),
    WARDGATE_METRICS_TOKEN: metricsToken,
    ...traceSettings,
    NODE_ENV: z
      .string()
      .default('development')
      .describe('production turns off what WARDGATE_WEBHOOK_PRIVATE allows by default.'),
  })
  .superRefine((env, context) => {
    const need = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const keys = [env.WARDGATE_MASTER_KEY, env.WARDGATE_MASTER_KEY_FILE]
    if (keys.filter((key) => key !== undefined).length !== 1)
      need('WARDGATE_MASTER_KEY_FILE', 'exactly one of this and WARDGATE_MASTER_KEY is needed')
    if (env.WARDGATE_BOOTSTRAP_ISSUER !== undefined && env.WARDGATE_BOOTSTRAP_ADMIN === undefined)
      need('WARDGATE_BOOTSTRAP_ADMIN', 'is needed with WARDGATE_BOOTSTRAP_ISSUER')
  })

type Env = z.output<typeof envSchema>

/** The configuration out of the environment. Throws one error that names every wrong key and no value. */
export function readConfig(env: RawEnv): Config {
  return parseEnv(envSchema.transform(toConfig), env)
}

function toConfig(env: Env): Config {
  const rest = env.WARDGATE_LISTEN
  // Config is abstract to be a token for injection; it has no behaviour to miss.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  return {
    production: env.NODE_ENV === 'production',
    logLevel: env.WARDGATE_LOG_LEVEL,
    database: { url: env.DATABASE_URL, connections: env.WARDGATE_DATABASE_CONNECTIONS },
    redisUrl: env.REDIS_URL,
    rest,
    grpc: { ...env.WARDGATE_GRPC_LISTEN, names: env.WARDGATE_GRPC_NAMES },
    enrolment: env.WARDGATE_ENROLMENT_LISTEN,
    publicUrl: env.WARDGATE_PUBLIC_URL ?? `http://${hostInUrl(rest.host)}:${rest.port}`,
    masterKey: {
      ...(env.WARDGATE_MASTER_KEY_FILE === undefined ? {} : { file: env.WARDGATE_MASTER_KEY_FILE }),
      ...(env.WARDGATE_MASTER_KEY === undefined ? {} : { value: env.WARDGATE_MASTER_KEY }),
    },
    consoleFolder: resolve(env.WARDGATE_CONSOLE_DIR),
    bootstrap: toBootstrap(env),
    tokenSeconds: env.WARDGATE_TOKEN_SECONDS,
    consoleSessionSeconds: env.WARDGATE_CONSOLE_SESSION_SECONDS,
    trustedProxies: env.WARDGATE_TRUSTED_PROXIES,
    privateWebhooks: env.WARDGATE_WEBHOOK_PRIVATE ?? env.NODE_ENV !== 'production',
    metrics: { token: env.WARDGATE_METRICS_TOKEN, stays: staysOnMachine(env) },
    traces: traceSettingsOf(env),
  }
}

function toBootstrap(env: Env): Bootstrap | undefined {
  const { WARDGATE_BOOTSTRAP_ISSUER: issuer, WARDGATE_BOOTSTRAP_ADMIN: admin } = env
  if (issuer === undefined || admin === undefined) return undefined
  return {
    issuer,
    admin,
    audience: env.WARDGATE_BOOTSTRAP_AUDIENCE,
    clientId: env.WARDGATE_BOOTSTRAP_CLIENT_ID,
  }
}

/** A proxy on the same machine brings the world to a loopback address: then the public URL is another one. */
function staysOnMachine({ WARDGATE_LISTEN, WARDGATE_PUBLIC_URL, WARDGATE_TRUSTED_PROXIES }: Env) {
  const hosts = [WARDGATE_LISTEN.host, new URL(WARDGATE_PUBLIC_URL ?? 'http://localhost').hostname]
  return hosts.every((host) => loopback.test(host)) && WARDGATE_TRUSTED_PROXIES.length === 0
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
