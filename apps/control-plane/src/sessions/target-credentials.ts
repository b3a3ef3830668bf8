import type { TargetCredential } from '@wardgate/gateway'

export interface OpenedCredential {
  readonly credential: TargetCredential
  readonly version: number
}

/** What unlocks a target, seen from those who open sessions to it. */
export abstract class TargetCredentials {
  /** Undefined = the connection has no credential in force. */
  abstract openFor(connectionId: string): Promise<OpenedCredential | undefined>
}
