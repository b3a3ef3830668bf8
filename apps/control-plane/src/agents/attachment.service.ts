import { Injectable, Logger } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { z } from 'zod'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import { storable } from '../common/storable-text'
import { SessionLife } from '../sessions/session-life.service'
import type { AssignedTarget } from '../sessions/assigned'
import { TargetsService } from '../sessions/targets.service'
import type { Agent } from '../generated/prisma/client'
import type { AgentListener } from './agent'
import type { AgentPeer, AgentProcess } from './agent-process'
import { AgentRepository } from './agent.repository'
import { SharedIdentities } from './shared-identities'

const mostListeners = 100
const longestText = 300

const storedListeners = z.array(
  z.object({ protocol: z.string(), address: z.string(), connection: z.string().default('') }),
)
const storedHealth = z
  .object({ instanceId: z.string(), identitySharedAt: z.string() })
  .partial()
  .catch({})

export interface Greeting {
  readonly version: string
  readonly protocols: readonly string[]
  readonly instanceId: string
  readonly listeners: readonly AgentListener[]
}

/** What an attached agent reports of itself, and what it serves. */
@Injectable()
export class AttachmentService {
  private readonly logger = new Logger('agents')

  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly targets: TargetsService,
    private readonly life: SessionLife,
    private readonly shared: SharedIdentities,
  ) {}

  async greet(agentId: string, hello: Greeting, peer: AgentPeer): Promise<AgentProcess> {
    const agent = await this.require(agentId)
    const former = storedHealth.parse(agent.health)
    const instanceId = storable(hello.instanceId).slice(0, longestText)
    if (former.instanceId !== instanceId) await this.life.agentRestarted(agentId)
    await this.database.transaction(async (tx) => {
      await this.shared.noteCertificate(tx, agent, peer)
      await this.agents.greet(tx, agentId, {
        softwareVersion: storable(hello.version).slice(0, longestText),
        protocols: hello.protocols.slice(0, 50).map((name) => storable(name).slice(0, longestText)),
        listeners: hello.listeners.slice(0, mostListeners).map((listener) => ({
          protocol: storable(listener.protocol).slice(0, longestText),
          address: storable(listener.address).slice(0, longestText),
          connection: storable(listener.connection).slice(0, longestText),
        })),
      })
    })
    await this.agents.beat(agentId, { ...keptOf(former), instanceId })
    return { agentId, instanceId, ...peer }
  }

  /** False when a newer process of the agent has attached: what this one tells is not the agent's health. */
  async beat({ agentId, instanceId }: AgentProcess, health: JsonObject): Promise<boolean> {
    const former = storedHealth.parse((await this.require(agentId)).health)
    if (former.instanceId !== instanceId) return false
    await this.agents.beat(agentId, { ...health, ...keptOf(former), instanceId })
    return true
  }

  /** A process that another one has replaced goes on to speak. */
  async twoAtOnce(process: AgentProcess): Promise<void> {
    await this.database.transaction(async (tx) => {
      const latest = await this.agents.noteShared(tx, process.agentId, new Date())
      await this.shared.noteProcesses(tx, process, latest)
    })
  }

  private async require(agentId: string): Promise<Agent> {
    const agent = await this.agents.find(agentId)
    if (agent === null) throw new AuthError('ERR_AUTH_FORBIDDEN', 'the agent is not known')
    return agent
  }

  async requireServes(agentId: string, connectionId: string): Promise<void> {
    const served = await this.agents.assignmentsByConnection(connectionId)
    if (served.some((assignment) => assignment.agentId === agentId)) return
    throw new AuthError('ERR_AUTH_FORBIDDEN', 'the connection is not assigned to this agent')
  }

  async catalogFailed(
    agentId: string,
    failure: { connectionId: string; database: string; code: string; message: string },
  ): Promise<void> {
    this.logger.warn({ agentId, ...failure }, 'catalog could not be read')
    return Promise.resolve()
  }

  async assignments(agentId: string): Promise<readonly AssignedTarget[]> {
    const [rows, targets] = await Promise.all([
      this.agents.assignments(agentId),
      this.targets.servedBy(agentId),
    ])
    return targets.flatMap((target) => {
      const row = rows.find(({ connectionId }) => connectionId === target.connectionId)
      if (row === undefined) return []
      const listeners = storedListeners.parse(row.listeners)
      return [{ target, settings: row.connection.settings as JsonObject, listeners }]
    })
  }
}

/** What outlives the process that is told of. */
function keptOf({ identitySharedAt }: z.output<typeof storedHealth>): JsonObject {
  return identitySharedAt === undefined ? {} : { identitySharedAt }
}
