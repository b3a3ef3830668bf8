import { TargetError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import type { targetProof } from './proof'

/** What unlocks the target. Lives in memory for the session only. */
export type TargetCredential =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | {
      readonly kind: 'certificate'
      readonly user: string
      readonly cert: string
      readonly key: string
    }
  | { readonly kind: 'none'; readonly user: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'api-key'
      readonly in: 'header' | 'query'
      readonly name: string
      readonly value: string
    }
  | {
      readonly kind: 'oauth-client'
      readonly tokenUrl: string
      readonly clientId: string
      readonly clientSecret: string
      readonly scope: string
    }
  | {
      readonly kind: 'aws'
      readonly accessKeyId: string
      readonly secretAccessKey: string
      /** Empty = long-lived keys. */
      readonly sessionToken: string
      readonly region: string
      readonly service: string
    }
  | {
      readonly kind: 'private-key'
      readonly user: string
      /** PEM or OpenSSH form. */
      readonly key: string
      /** Empty = the key is not encrypted. */
      readonly passphrase: string
    }
  | {
      /** A key that was made for this session, and what an authority of ours says of it. */
      readonly kind: 'key-certificate'
      readonly user: string
      /** OpenSSH form. */
      readonly key: string
      /** In the form of the target's protocol. */
      readonly certificate: Uint8Array
    }

/** The name that the credential logs in with. Throws a TargetError for kinds that log in without one. */
export function userOf(credential: TargetCredential): string {
  if ('user' in credential) return credential.user
  const message = `a credential of kind ${credential.kind} names no user`
  throw new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', message)
}

export interface TargetEndpoint {
  /** Host name, address, or the absolute path of a unix socket's folder or file. */
  readonly host: string
  readonly port: number
}

export interface TargetTls {
  /** `verify-full` checks chain and name; `require` only encrypts; `disable` is for loopback and unix sockets. */
  readonly mode: 'disable' | 'require' | 'verify-full'
  /** PEM bundle; absent = the system's roots. */
  readonly ca?: string
  readonly serverName?: string
}

/** The far side that an open session may use. Only packages/gateway can make one: holding it is the right to dial. */
export interface Target {
  readonly [targetProof]: true
  readonly connectionId: string
  readonly principalId: string
  readonly endpoints: readonly TargetEndpoint[]
  readonly tls: TargetTls
  readonly credential: TargetCredential
  /** Changes whenever the credential or the target's settings change; part of a pool's key. */
  readonly revision: string
  /** The database or the like; never empty here. */
  readonly database: string
  /** Nothing of the session may write: a second wall behind the gate, where the target has such a mode. */
  readonly readOnly?: boolean
  /** What the grant bounds; absent = the engine's own defaults. */
  readonly limits?: {
    readonly idleMillis: number
    readonly statementMillis: number
    readonly maxMessageBytes: number
  }
  /** Opens the byte stream to one endpoint, without TLS. */
  dial(endpoint: TargetEndpoint, signal: AbortSignal): Promise<Duplex>
  /**
   * Lets a dialled stream outlive this session, for a pool that gives it to the same connection, revision and
   * principal only, or to anyone before its first use. Absent = every stream ends with the session.
   */
  keep?(stream: Duplex): void
}
