import type { HttpSettings } from '../settings'

/** Whom a request is for and who sends it: requests with the same visit share a session. */
export interface Visit {
  readonly connection: string
  readonly unverifiedToken: string
  /** Where the connection is for this client: empty, or `/<connection>` when it is named in the path. */
  readonly prefix: string
  readonly settings: HttpSettings
  /** Whether this agent knows the connection, so that the settings are its own. */
  readonly isKnown: boolean
  /** What a client of a forward proxy asked for, as `host:port`; no name of a connection has a colon. */
  readonly proxied?: string
}

/** A host and a port as a client of a forward proxy asks for them. */
export interface ProxiedAddress {
  /** Lower case; IPv6 addresses in brackets. */
  readonly host: string
  readonly port: number
}

/** What a client opened by CONNECT: requests within it are for one host, with the token of the CONNECT. */
export interface Tunnel {
  readonly address: ProxiedAddress
  readonly visit: Visit
}
