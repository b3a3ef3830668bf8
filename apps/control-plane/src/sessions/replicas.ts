import { randomUUID } from 'node:crypto'
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { DatabaseListener } from '../common/database/listener'

/** First half of the key of the advisory lock that a replica holds; the other is made of its name. */
const lockClass = 0x7764_7270

/** The control plane's replicas: each holds a lock for as long as it is there. */
@Injectable()
export class Replicas implements OnApplicationBootstrap {
  /** Names this process. */
  readonly own = randomUUID()
  private gone = new Map<string, number>()

  constructor(
    private readonly database: Database,
    private readonly listener: DatabaseListener,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // Shared: after a reconnect the former connection may still hold it for a while.
    const text = 'SELECT pg_advisory_lock_shared($1, hashtext($2))'
    await this.listener.keep({ text, values: [lockClass, this.own] })
  }

  /** Those that still have open sessions, and were gone whenever this was asked within `millis` up to now. */
  async goneFor(millis: number): Promise<readonly string[]> {
    const now = this.clock.now()
    const rows = await this.database.prisma.$queryRaw<{ replica: string }[]>`
      SELECT DISTINCT s.replica FROM sessions s
      WHERE s.state = 'open' AND NOT EXISTS (
        SELECT 1 FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.classid = ${lockClass}::oid
          AND l.objid = (hashtext(s.replica)::bigint & 4294967295)::oid)`
    this.gone = new Map(rows.map(({ replica }) => [replica, this.gone.get(replica) ?? now]))
    return [...this.gone].flatMap(([replica, since]) => (now - since >= millis ? [replica] : []))
  }
}
