import { z } from 'zod'

/** What an agent wrote and the control plane does not hold, as far as it can know. */
export interface AgentBacklog {
  readonly connected: boolean
  /** Null = the agent has not told. What it wrote since it was last seen is in no number. */
  readonly entries: number | null
  readonly oldestSeconds: number | null
}

interface ToldAgent {
  readonly health: unknown
  readonly lastSeenAt: Date | null
  readonly revokedAt: Date | null
}

/** Three heartbeats. */
const silentMillis = 30_000

const toldHealth = z.object({
  spoolEntries: z.number(),
  oldestUnacknowledgedSeconds: z.number(),
  spoolLast: z.number().optional(),
})
const toldSpool = z.object({ spoolId: z.uuid() })

export function spoolOf(health: unknown): string | undefined {
  return toldSpool.safeParse(health).data?.spoolId
}

/** From the last heartbeat and the highest sequence number that is held of the spool it names. */
export function backlogOf(agent: ToldAgent, held: number | undefined, now: number): AgentBacklog {
  const silent = agent.lastSeenAt === null ? undefined : now - agent.lastSeenAt.getTime()
  const connected = agent.revokedAt === null && silent !== undefined && silent < silentMillis
  const told = toldHealth.safeParse(agent.health).data
  if (told === undefined || silent === undefined)
    return { connected, entries: null, oldestSeconds: null }
  const { spoolEntries, spoolLast, oldestUnacknowledgedSeconds } = told
  // Most of what was under way with the heartbeat has arrived since.
  const entries = spoolLast === undefined ? spoolEntries : Math.max(0, spoolLast - (held ?? 0))
  const sinceTold = Math.max(0, Math.floor(silent / 1000))
  return {
    connected,
    entries,
    oldestSeconds: entries === 0 ? 0 : oldestUnacknowledgedSeconds + sinceTold,
  }
}
