import type { KeyProof } from '@wardgate/gateway'
import type { Identity } from './identity'

export interface AuthenticationContext {
  /** Where the credential came from, for rate limits and the audit log. */
  readonly address: string
  /** What it was presented to: `rest`, `grpc`, `live`, `token-exchange`. */
  readonly surface: string
  /** The connection that is to be used; a token bound to another one is refused. */
  readonly expectedConnection?: string
}

/** Turns what a caller presents into who it is. Rejects with an AuthError; refusals are audited before. */
export abstract class Authenticator {
  abstract authenticate(rawToken: string, context: AuthenticationContext): Promise<Identity>
  /** Who holds the private key of a registered public key, by a signature for the expected connection. */
  abstract authenticateKey(
    rawProof: KeyProof,
    context: AuthenticationContext & { readonly expectedConnection: string },
  ): Promise<Identity>
  /** The identity as it is now: its roles read again. Rejects when it, its issuer or its actor is disabled. */
  abstract review(identity: Identity): Promise<Identity>
  /** Undefined = no such log-in, or it has ended. */
  abstract authenticateCookie(rawCookie: string): Promise<Identity | undefined>
}
