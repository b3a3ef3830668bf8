import { member } from '../config/standalone'
import type { JsonObject } from './client'

/** What a control plane says of an agent's entries that have not arrived. */
interface Backlog {
  readonly connected: boolean
  /** Undefined = the agent has not told. */
  readonly entries: number | undefined
  readonly oldestSeconds: number
}

function backlogOf(agent: JsonObject): Backlog | undefined {
  const { backlog } = agent
  const entries = member(backlog, 'entries')
  if (entries === undefined) return undefined
  const oldest = member(backlog, 'oldestSeconds')
  return {
    connected: member(backlog, 'connected') === true,
    entries: typeof entries === 'number' ? entries : undefined,
    oldestSeconds: typeof oldest === 'number' ? oldest : 0,
  }
}

/** For a table of agents: how far their evidence is behind. */
export function backlogCell(agent: JsonObject): string {
  const backlog = backlogOf(agent)
  if (backlog?.entries === undefined) return 'not told'
  if (backlog.entries === 0) return 'none'
  return `${backlog.entries} entries, oldest ${backlog.oldestSeconds} s old`
}

/** Why evidence taken now may lack what this agent wrote; undefined = nothing says that it does. */
export function backlogWarning(agent: JsonObject): string | undefined {
  const backlog = backlogOf(agent)
  if (backlog === undefined) return undefined
  const { connected, entries, oldestSeconds } = backlog
  const name = `agent ${String(agent['name'])}`
  const isRevoked = typeof agent['revokedAt'] === 'string'
  const parts: string[] = []
  if (entries !== undefined && entries > 0)
    parts.push(
      `${entries} entries that it wrote have not arrived, the oldest ${oldestSeconds} s old`,
    )
  if (entries === undefined && !isRevoked) parts.push('it has not told how much it wrote')
  if (!connected && !isRevoked) {
    const { lastSeenAt } = agent
    parts.push(`not connected since ${typeof lastSeenAt === 'string' ? lastSeenAt : 'it was made'}`)
  }
  return parts.length === 0 ? undefined : `${name}: ${parts.join('; ')}`
}
