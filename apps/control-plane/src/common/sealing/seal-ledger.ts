import { Injectable } from '@nestjs/common'
import { AuditError } from '@wardgate/errors'
import { Clock } from '../clock'
import type { Transaction } from '../database/transaction'
import { EpochWatch } from '../epoch/epoch-watch'
import {
  type LedgerChange,
  parseLedgerLeaf,
  sealedLeaf,
  type SealedLedgerLeaf,
} from './ledger-leaf'
import { LedgerRepository, type StoredLeaf } from './ledger.repository'
import { RowSeals } from './row-seals'
import { sealedCheckpoint } from './sealed-checkpoint'

const leavesAtOnce = 1_000
/** What another replica changed without a new epoch is known here after this time at the latest. */
const freshMillis = 2_000
const forgetMillis = 60_000

const nextStep =
  'Keep the database as it is and inform the security team. After a legitimate restore, check the rows and run `reseal`.'

/**
 * Which seal of each row is in force: a seal that was valid once is not enough. The truth is the audit log, whose leaves
 * of the ledger are numbered and sealed; this is what the replica has read of it, and never takes back.
 */
@Injectable()
export class SealLedger {
  private readonly inForce = new Map<string, string>()
  private readonly until = new Map<string, number>()
  private position = -1n
  private first: bigint | undefined
  private isLoaded = false
  private newest = 0
  private epoch = -1n
  private readAt = -Infinity
  private forgotAt = -Infinity
  private reading: Promise<void> | undefined

  constructor(
    private readonly leaves: LedgerRepository,
    private readonly seals: RowSeals,
    private readonly epochs: EpochWatch,
    private readonly clock: Clock,
  ) {}

  /** How many changes it has seen. */
  get number(): number {
    return this.newest
  }

  /** Lower-case hex; undefined = no such row is in force. */
  find(key: string): string | undefined {
    return this.inForce.get(key)
  }

  /** Reads what came since, unless it is fresh for this epoch. */
  async freshen(tx?: Transaction): Promise<void> {
    const isFresh = this.clock.now() - this.readAt < freshMillis
    if (!isFresh || this.epoch !== this.epochs.current) await this.refresh(tx)
  }

  /** Everything that was committed before the call is known after it. */
  async refresh(tx?: Transaction): Promise<void> {
    // A caller within a transaction reads on its own connection: waiting for another one could exhaust the pool.
    if (tx !== undefined) return this.read(tx)
    const running = this.reading
    // What runs may have begun before the change that the caller asks about.
    if (running !== undefined) await running.catch(() => undefined)
    this.reading ??= this.read().finally(() => (this.reading = undefined))
    return this.reading
  }

  /** The newest change, while nobody else appends. Throws when the log has lost what is known here. */
  async last(tx: Transaction): Promise<number> {
    const last = await this.leaves.newest(tx)
    const number = last === null ? 0 : (await this.open(last)).number
    if (number < this.newest) throw damaged(`ends with change ${number}, not ${this.newest}`)
    return number
  }

  /** For a ledger that may be damaged: higher than every number that can be seen to have been given out. */
  async nextAfterAll(tx: Transaction): Promise<number> {
    let highest = this.newest
    let index = -1n
    for (;;) {
      const stored = await this.leaves.after(index, leavesAtOnce, tx)
      for (const { leaf } of stored) highest = Math.max(highest, parseLedgerLeaf(leaf)?.number ?? 0)
      const last = stored.at(-1)
      if (last === undefined) break
      index = last.index
    }
    const checkpoint = await this.leaves.newestCheckpoint(tx)
    return Math.max(highest, Number(checkpoint?.ledgerNumber ?? 0)) + 1
  }

  private async read(tx?: Transaction): Promise<void> {
    const [epoch, now] = [this.epochs.current, this.clock.now()]
    if (this.isLoaded) await this.readOn(tx)
    else await this.load(tx)
    this.epoch = epoch
    this.readAt = now
    if (now - this.forgotAt > forgetMillis) this.forget(now)
  }

  private async load(tx?: Transaction): Promise<void> {
    if (this.first === undefined) this.position = await this.leaves.beginning(tx)
    try {
      await this.readOn(tx)
      await this.requireWhole(tx)
      this.isLoaded = true
    } catch (error) {
      this.first = undefined
      this.newest = 0
      this.inForce.clear()
      throw error
    }
  }

  private async readOn(tx?: Transaction): Promise<void> {
    for (;;) {
      const stored = await this.leaves.after(this.position, leavesAtOnce, tx)
      for (const found of stored) this.take(found.index, await this.open(found))
      if (stored.length < leavesAtOnce) return
    }
  }

  private async open({ index, leaf }: StoredLeaf): Promise<SealedLedgerLeaf> {
    const parsed = parseLedgerLeaf(leaf)
    if (parsed === undefined || !(await this.seals.fits('ledger', sealedLeaf(parsed), parsed.seal)))
      throw damaged(`was altered at entry ${index}`)
    return parsed
  }

  private take(index: bigint, { number, isRestart, changes }: SealedLedgerLeaf): void {
    // Another reader may have been faster.
    if (index <= this.position) return
    const isNext = isRestart ? number > this.newest : number === this.newest + 1
    if (!isNext) throw damaged(`has change ${number} after ${this.newest}, at entry ${index}`)
    if (isRestart) {
      this.inForce.clear()
      this.until.clear()
    }
    for (const change of changes) this.apply(change)
    this.newest = number
    this.position = index
    this.first ??= index
  }

  private apply({ kind, id, seal, until }: LedgerChange): void {
    const key = ledgerKey(kind, id)
    this.until.delete(key)
    if (seal === null) {
      this.inForce.delete(key)
      return
    }
    this.inForce.set(key, seal)
    if (until !== undefined) this.until.set(key, until)
  }

  private forget(now: number): void {
    this.forgotAt = now
    for (const [key, until] of this.until) {
      if (until > now) continue
      this.until.delete(key)
      this.inForce.delete(key)
    }
  }

  /** Whoever cuts the ledger's end has to take back every checkpoint that was signed since, too. */
  private async requireWhole(tx?: Transaction): Promise<void> {
    const checkpoint = await this.leaves.newestCheckpoint(tx)
    if (checkpoint === null) return
    // One from before the ledger began says nothing of it.
    const isOlder =
      this.first === undefined ? checkpoint.seal === null : checkpoint.size <= this.first
    if (isOlder) return
    if (!(await this.seals.fits('checkpoint', sealedCheckpoint(checkpoint), checkpoint.seal)))
      throw damaged(`is contradicted by checkpoint ${checkpoint.size}, which was altered`)
    if (checkpoint.ledgerNumber > this.newest)
      throw damaged(`ends with change ${this.newest}, not ${checkpoint.ledgerNumber}`)
  }
}

export function ledgerKey(kind: string, id: string): string {
  return `${kind} ${id}`
}

function damaged(how: string): AuditError {
  const options = { nextStep, retryable: false }
  return new AuditError('ERR_AUDIT_CORRUPT', `the ledger of seals ${how}`, options)
}
