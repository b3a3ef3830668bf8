import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { type Counted, RowCountRepository } from './row-count.repository'

const minuteMillis = 60_000
/** How long an agent may hand out rows of a lease. */
const leaseSeconds = 30
/**
 * An hour, the minute that began before it, and one more: rows count from when they are leased, and may be handed out
 * until the lease ends.
 */
const countedMinutes = 62
/** The part of what is left that one lease takes: others find something left, and it takes few leases to use all. */
const leaseShare = 8

export interface RowLease {
  readonly rows: number
  readonly minute: number
  readonly seconds: number
}

/** Rows of an hour, by principal and connection: one count for all agents and replicas. */
@Injectable()
export class RowBudgets implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('row-budgets')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly counts: RowCountRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.forget().catch((err: unknown) =>
        this.logger.error({ err }, 'old row counts not removed'),
      )
    }, minuteMillis).unref()
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  /** A part of what is left. It counts as used until it is given back: an agent that is lost gives nothing back. */
  lease(counted: Counted, limit: number): Promise<RowLease> {
    return this.database.transaction(async (tx) => {
      await this.counts.lock(tx, counted)
      const minute = this.minute()
      const used = await this.counts.since(tx, counted, minute - countedMinutes + 1)
      const rows = Math.ceil(Math.max(0, limit - used) / leaseShare)
      if (rows > 0) await this.counts.add(tx, counted, minute, rows)
      return { rows, minute, seconds: leaseSeconds }
    })
  }

  giveBack(counted: Counted, minute: number, rows: bigint): Promise<void> {
    return this.counts.giveBack(counted, minute, rows)
  }

  forget(): Promise<void> {
    return this.counts.forgetBefore(this.minute() - countedMinutes + 1)
  }

  private minute(): number {
    return Math.floor(this.clock.now() / minuteMillis)
  }
}
