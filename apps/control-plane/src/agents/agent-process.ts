/** The certificate that an agent's process came with, and where from. */
export interface AgentPeer {
  /** Lower-case hex. */
  readonly serial: string
  readonly address: string
}

/** One process of an agent, while it is attached. */
export interface AgentProcess extends AgentPeer {
  readonly agentId: string
  /** New whenever a process starts. */
  readonly instanceId: string
}
