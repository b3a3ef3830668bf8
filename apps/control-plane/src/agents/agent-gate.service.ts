import { Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { BoundedMap } from '../common/bounded-map'
import { Clock } from '../common/clock'
import { DatabaseListener } from '../common/database/listener'
import { revokedChannel } from './agent'
import { AgentRepository } from './agent.repository'

const knownAgents = 10_000
/** Within this time a revocation reaches even a replica whose notifications are lost. */
const knownMillis = 5_000

export interface KnownAgent {
  readonly id: string
  readonly name: string
}

/** Whether an agent may speak: asked on every call, and told to everybody when one is revoked. */
@Injectable()
export class AgentGate implements OnApplicationBootstrap {
  private readonly known = new BoundedMap<string, { agent: KnownAgent; until: number }>(knownAgents)
  private readonly revoked = new Set<(agentId: string) => void>()

  constructor(
    private readonly agents: AgentRepository,
    private readonly listener: DatabaseListener,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(revokedChannel, (agentId) => {
      this.known.delete(agentId)
      for (const handler of this.revoked) handler(agentId)
    })
  }

  onRevoked(handler: (agentId: string) => void): void {
    this.revoked.add(handler)
  }

  /** Throws unless the agent is known and not revoked. */
  async admit(agentId: string): Promise<KnownAgent> {
    const cached = this.known.get(agentId)
    if (cached !== undefined && cached.until > this.clock.now()) return cached.agent
    const row = await this.agents.find(agentId)
    if (row === null) throw new AuthError('ERR_AUTH_FORBIDDEN', 'the agent is not known')
    if (row.revokedAt !== null)
      throw new AuthError('ERR_AUTH_FORBIDDEN', `the agent ${row.name} has been revoked`)
    const agent = { id: row.id, name: row.name }
    this.known.set(agentId, { agent, until: this.clock.now() + knownMillis })
    return agent
  }
}
