import { Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { z } from 'zod'
import { DatabaseListener } from '../common/database/listener'
import type { Session } from './session'

/** PostgreSQL channel on which every replica hears that a session must end. */
export const killChannel = 'wardgate_session_kill'

const order = z.object({ id: z.string(), agentId: z.string(), reason: z.string() })
export type KillOrder = z.output<typeof order>

/** A session whose stream this replica holds. */
export interface LiveSession {
  readonly session: Session
  readonly kill: (reason: string) => void
}

/** The sessions whose streams this replica holds. */
@Injectable()
export class LiveSessions implements OnApplicationBootstrap {
  private readonly live = new Map<string, LiveSession>()
  private readonly orders = new Set<(order: KillOrder) => void>()

  constructor(private readonly listener: DatabaseListener) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(killChannel, (payload) => {
      const parsed = order.safeParse(JSON.parse(payload))
      if (!parsed.success) return
      this.live.get(parsed.data.id)?.kill(parsed.data.reason)
      for (const handler of this.orders) handler(parsed.data)
    })
  }

  /** Throws when a live session has the id already: agents name those that they begin themselves. */
  add(live: LiveSession): void {
    const { id } = live.session
    if (this.live.has(id))
      throw new RequestError('ERR_REQUEST_CONFLICT', 'the id of the session is taken')
    this.live.set(id, live)
  }

  all(): readonly LiveSession[] {
    return [...this.live.values()]
  }

  remove(id: string): void {
    this.live.delete(id)
  }

  has(id: string): boolean {
    return this.live.has(id)
  }

  /** Agents hear of a kill over Attach too: the session's own stream may be lost. */
  onKill(handler: (order: KillOrder) => void): () => void {
    this.orders.add(handler)
    return () => this.orders.delete(handler)
  }
}
