import type { TargetEndpoint, TargetTls } from '@wardgate/gateway'

export interface ConnectionLimits {
  readonly idleSeconds: number
  readonly statementSeconds: number
  readonly maxMessageBytes: number
}

/** A configured way to one target. */
export interface Connection {
  readonly id: string
  readonly name: string
  readonly protocol: string
  readonly description: string
  readonly endpoints: readonly TargetEndpoint[]
  readonly tls: TargetTls
  readonly database: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly limits: ConnectionLimits
  readonly fsync: 'before-forward' | 'batched'
  readonly recording: 'full' | 'statements' | 'off'
  readonly labels: Readonly<Record<string, string>>
  readonly enabled: boolean
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
