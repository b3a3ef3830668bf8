import type { KeyProof, TargetCredential, TargetEndpoint, TargetTls } from '@wardgate/gateway'
import type { PolicyConnection, PolicyPrincipal } from '@wardgate/policy'
import type { NamedText, SchemaChange } from '@wardgate/sql'
import type { Identity } from '../common/auth/identity'
import type { Obligation } from '../decisions/obligations'

/** The configured way to one target, with everything that opening a session needs. */
export interface SessionTarget {
  readonly connectionId: string
  readonly name: string
  readonly protocol: string
  readonly enabled: boolean
  readonly endpoints: readonly TargetEndpoint[]
  readonly tls: TargetTls
  readonly database: string
  readonly labels: Readonly<Record<string, string>>
  /** Valid under the protocol's own schema. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly limits: {
    readonly idleSeconds: number
    readonly statementSeconds: number
    readonly maxMessageBytes: number
  }
  readonly fsync: 'before-forward' | 'batched'
  readonly recording: 'full' | 'statements' | 'off'
  readonly credential: TargetCredential
  /** Changes with the connection's settings and with its credential. */
  readonly revision: string
  readonly agents: ReadonlySet<string>
}

export interface OpenRequest {
  readonly connection: string
  readonly protocol: string
  readonly rawCredential: string
  /** In place of the credential. */
  readonly rawKeyProof?: KeyProof
  readonly database: string
  readonly clientAddress: string
  readonly listener: string
  readonly claimed: Readonly<Record<string, string>>
  /** By the agent that asks. */
  readonly fulfils: ReadonlySet<Obligation>
  /** Of a session that the agent has begun under an earlier admission. */
  readonly sessionId?: string
}

/** One client's use of a connection, as the control plane holds it while its stream lives. */
export interface Session {
  readonly id: string
  readonly identity: Identity
  readonly principal: PolicyPrincipal
  readonly connection: PolicyConnection
  readonly target: SessionTarget
  readonly agentId: string
  readonly agentName: string
  readonly database: string
  readonly claimed: Readonly<Record<string, string>>
  readonly clientAddress: string
  readonly startedAt: Date
  /** Statements that SQL PREPARE and DECLARE have named; every one of a name must pass. */
  readonly candidates: NamedText[]
  /** What it has changed of the target's schema that the stored catalog need not show. */
  readonly schema: { changes: readonly SchemaChange[] }
  /** What the agent that serves it fulfils of what a verdict may ask for. */
  readonly fulfils: ReadonlySet<Obligation>
  /** Settles when the session's row and its audit entry are stored; rejects when they cannot be. */
  readonly stored: Promise<void>
}
