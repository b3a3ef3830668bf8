import type { MetricsListener, Secret } from '@wardgate/config'
import type { TraceSettings } from '@wardgate/tracing'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Bootstrap {
  readonly issuer: string
  readonly audience: string
  readonly clientId: string
  /** Who becomes administrator while nobody is: `group:wardgate-admins`, `subject:alice`. */
  readonly admin: string
}

/** The control plane's configuration; also the token by which it is injected. */
export abstract class Config {
  abstract readonly production: boolean
  abstract readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
  abstract readonly database: { readonly url: Secret; readonly connections: number }
  /** Absent = BullMQ's PostgreSQL backend. */
  abstract readonly redisUrl: Secret | undefined
  abstract readonly rest: Address
  abstract readonly grpc: Address & { readonly names: readonly string[] }
  abstract readonly enrolment: Address
  /** Where people and tokens find this control plane; also the issuer of Wardgate tokens. */
  abstract readonly publicUrl: string
  abstract readonly masterKey: { readonly file?: string; readonly value?: Secret }
  abstract readonly consoleFolder: string
  abstract readonly bootstrap: Bootstrap | undefined
  abstract readonly tokenSeconds: number
  abstract readonly consoleSessionSeconds: number
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  abstract readonly trustedProxies: readonly string[]
  /** Whether webhooks may be sent to loopback and private addresses, and without TLS. */
  abstract readonly privateWebhooks: boolean
  abstract readonly metrics: MetricsListener
  /** Undefined = tracing is off. */
  abstract readonly traces: TraceSettings | undefined
}
