import { join } from 'node:path'
import { identityState } from './descriptor'
import { masterKeyFile } from './secrets'
import { issuerUrl, listenersOf, restUrl, type Settings } from './settings'

export interface Surroundings {
  readonly settings: Settings
  readonly databaseUrl: string
}

/** Children get what they need by name: nothing of the caller's environment leaks into them but the basics. */
function basics(settings: Settings): Record<string, string> {
  const passed = ['PATH', 'HOME', 'LANG', 'TZ', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE'].flatMap(
    (key) => {
      const value = process.env[key]
      return value === undefined ? [] : [[key, value] as const]
    },
  )
  return {
    // Node 22 and later keep compiled code there for the next start; older ones do not know it.
    NODE_COMPILE_CACHE: join(settings.root, '.cache/compiled'),
    ...Object.fromEntries(passed),
    NODE_ENV: 'development',
    WARDGATE_LOG_LEVEL: settings.logLevel,
  }
}

function traces({ otlpEndpoint }: Settings): Record<string, string> {
  return otlpEndpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }
}

export function identityProviderEnvironment(settings: Settings): Record<string, string> {
  return {
    ...basics(settings),
    WARDGATE_IDP_PORT: String(settings.ports.identityProvider),
    WARDGATE_IDP_STATE: identityState(settings),
    WARDGATE_IDP_REDIRECTS: `${restUrl(settings)}/auth/callback,http://localhost:${settings.ports.rest}/auth/callback`,
  }
}

/**
 * Batches of audit entries live for as long as the database takes. With node's own young generation of 16 MB they are
 * copied and promoted meanwhile, which costs a quarter of what it is to take them in.
 */
const youngGeneration = '--max-semi-space-size=64'

export function controlPlaneEnvironment({
  settings,
  databaseUrl,
}: Surroundings): Record<string, string> {
  return {
    ...basics(settings),
    ...traces(settings),
    // What the person sets comes last and counts.
    NODE_OPTIONS: [youngGeneration, process.env['NODE_OPTIONS'] ?? ''].join(' ').trim(),
    DATABASE_URL: databaseUrl,
    WARDGATE_LISTEN: `127.0.0.1:${settings.ports.rest}`,
    WARDGATE_GRPC_LISTEN: `127.0.0.1:${settings.ports.grpc}`,
    WARDGATE_ENROLMENT_LISTEN: `127.0.0.1:${settings.ports.enrolment}`,
    WARDGATE_PUBLIC_URL: restUrl(settings),
    WARDGATE_GRPC_NAMES: '127.0.0.1,localhost',
    WARDGATE_MASTER_KEY_FILE: masterKeyFile(settings.home),
    WARDGATE_CONSOLE_DIR: join(settings.root, 'apps/console/dist'),
    WARDGATE_BOOTSTRAP_ISSUER: issuerUrl(settings),
    WARDGATE_BOOTSTRAP_AUDIENCE: 'wardgate',
    WARDGATE_BOOTSTRAP_CLIENT_ID: 'wardgate-console',
    WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
    ...(settings.redisUrl === undefined ? {} : { REDIS_URL: settings.redisUrl }),
  }
}

/**
 * Bytes that an agent passes on lie outside of V8's heap, and V8 takes them for growth: with a heap as small as an
 * agent's it collects everything every 20 MB. Told what to begin with, it leaves them to its short collections.
 */
export const agentFlags = ['--initial-old-space-size=128']

export function agentEnvironment(
  settings: Settings,
  name: string,
  joinToken: string | undefined,
): Record<string, string> {
  return {
    ...basics(settings),
    ...traces(settings),
    WARDGATE_AGENT_NAME: name,
    WARDGATE_CONTROL_PLANE: `127.0.0.1:${settings.ports.grpc}`,
    WARDGATE_ENROLMENT: `127.0.0.1:${settings.ports.enrolment}`,
    WARDGATE_STATE_DIR: join(settings.home, 'agent'),
    WARDGATE_LISTENERS: listenersOf(settings)
      .map(([name, port]) => `${name}=127.0.0.1:${port}`)
      .join(','),
    // Whoever stops it does not want to wait for clients.
    WARDGATE_DRAIN_SECONDS: '1',
    WARDGATE_HEALTH_LISTEN: `127.0.0.1:${settings.ports.agentHealth}`,
    ...(joinToken === undefined ? {} : { WARDGATE_JOIN_TOKEN: joinToken }),
  }
}

export function shopApiEnvironment(
  settings: Settings,
  databaseUrl: string,
  key: string,
): Record<string, string> {
  return {
    ...basics(settings),
    SHOP_API_PORT: String(settings.ports.shopApi),
    SHOP_API_KEY: key,
    DATABASE_URL: databaseUrl,
  }
}
