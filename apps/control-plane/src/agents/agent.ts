/** A listener of an agent, as reported by it or assigned to it. */
export interface AgentListener {
  readonly protocol: string
  /** `host:port` or the absolute path of a unix socket. */
  readonly address: string
  /** Name of the connection it is bound to; empty = any of the protocol. */
  readonly connection: string
}

/** PostgreSQL channel on which replicas hear that an agent was revoked; the payload is its id. */
export const revokedChannel = 'wardgate_agent_revoked'
