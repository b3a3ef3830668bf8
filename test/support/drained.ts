import { eventually } from './eventually'
import { everyPage } from './every-page'
import type { Instance } from './instance'

/** How far the evidence of an agent has come. */
export interface SpoolingAgent {
  readonly id: string
  readonly name: string
  readonly lastSeenAt: string
  readonly health: { readonly spoolId?: string; readonly spoolLast?: number }
  readonly backlog: { readonly connected: boolean; readonly entries: number | null }
}

/** The agents that are meant, once each has told after `since` what it wrote, and all of that has been acknowledged. */
export function drained(
  instance: Instance,
  since: number,
  isMeant: (agent: SpoolingAgent) => boolean = () => true,
): Promise<SpoolingAgent[]> {
  return eventually(async () => {
    const all = await everyPage<SpoolingAgent>(instance, '/v1/agents?limit=200').catch(() => [])
    const agents = all.filter(isMeant)
    const isDrained = ({ lastSeenAt, backlog }: SpoolingAgent): boolean =>
      Date.parse(lastSeenAt) > since && backlog.connected && backlog.entries === 0
    return agents.length > 0 && agents.every(isDrained) ? agents : undefined
  }, 120_000)
}
