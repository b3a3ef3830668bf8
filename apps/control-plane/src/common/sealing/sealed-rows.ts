import { Injectable } from '@nestjs/common'
import { AuditLog, type JsonObject } from '../audit-port'
import { Database } from '../database/database'
import type { Transaction } from '../database/transaction'
import { type LedgerChange, leafBody, ledgerKinds, sealedLeaf } from './ledger-leaf'
import { RowSeals, type SealedKind } from './row-seals'
import { ledgerKey, SealLedger } from './seal-ledger'

/** A leaf may have no more than 65,535 bytes. */
const mostLeafBytes = 48_000
const mostReadings = 10

export interface SealedRow {
  readonly kind: SealedKind
  readonly id: string
  readonly fields: JsonObject
}

/** There is no such row, and none must be in force. */
export interface AbsentRow extends Omit<SealedRow, 'fields'> {
  readonly fields: undefined
}

export interface Reading {
  readonly tx?: Transaction | undefined
  /** For what can be used once: what was committed on another replica a moment ago counts. */
  readonly isFresh?: boolean
}

type Pending = Map<string, LedgerChange>

/** Rows that grant power, believed only in the state that the control plane wrote last. */
@Injectable()
export class SealedRows {
  private readonly pending = new WeakMap<Transaction, Pending>()

  constructor(
    private readonly seals: RowSeals,
    private readonly ledger: SealLedger,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  /** The row as it now stands is the one in force, once the transaction commits. */
  async keep(tx: Transaction, { kind, id, fields }: SealedRow, until?: Date): Promise<void> {
    const seal = Buffer.from(await this.seals.seal(kind, fields)).toString('hex')
    const life = until === undefined ? {} : { until: until.getTime() }
    this.change(tx, { kind, id, seal, ...life })
  }

  /** How many they are. */
  async keepAll(tx: Transaction, rows: readonly SealedRow[]): Promise<number> {
    for (const row of rows) await this.keep(tx, row)
    return rows.length
  }

  /** None of these rows is. */
  dropAll(tx: Transaction, kind: SealedKind, rows: readonly { readonly id: string }[]): void {
    for (const { id } of rows) this.drop(tx, kind, id)
  }

  /** No row is. */
  drop(tx: Transaction, kind: SealedKind, id: string): void {
    this.change(tx, { kind, id, seal: null })
  }

  /** The ledger begins anew, with what the transaction keeps after this. */
  async restart(tx: Transaction): Promise<void> {
    await this.audit.lock(tx)
    const number = await this.ledger.nextAfterAll(tx)
    const changes: Pending = new Map()
    this.pending.set(tx, changes)
    this.database.beforeCommit(tx, () => this.write(tx, changes, number, true))
  }

  /**
   * What `load` reads, when each row of it is in force; throws ERR_CONTROL_FORGED, and records it, when one is not. A
   * row that changes meanwhile is read again.
   */
  async read<T>(
    load: () => Promise<T>,
    rowsOf: (loaded: T) => readonly (SealedRow | AbsentRow)[],
    { tx, isFresh = false }: Reading = {},
  ): Promise<T> {
    await (isFresh ? this.ledger.refresh(tx) : this.ledger.freshen(tx))
    for (let readings = 1; ; readings += 1) {
      const { number } = this.ledger
      const loaded = await load()
      const rows = rowsOf(loaded)
      if ((await this.wrong(rows, tx)) === undefined) return loaded
      // It may be newer than what was known of the ledger, or have been replaced since it was read.
      await this.ledger.refresh(tx)
      const wrong = await this.wrong(rows, tx)
      if (wrong === undefined) return loaded
      if (this.ledger.number === number || readings === mostReadings)
        throw this.seals.refusal(wrong.kind, wrong.id)
    }
  }

  /** The same for one row. One that is not there gives nobody any right. */
  readOne<T>(
    load: () => Promise<T | null>,
    rowOf: (found: T) => SealedRow,
    reading?: Reading,
  ): Promise<T | null> {
    return this.read(load, (found) => (found === null ? [] : [rowOf(found)]), reading)
  }

  async isInForce(row: SealedRow, tx?: Transaction): Promise<boolean> {
    await this.ledger.refresh(tx)
    return (await this.wrong([row], tx)) === undefined
  }

  /** What the transaction itself wrote counts within it. */
  private async wrong(rows: readonly (SealedRow | AbsentRow)[], tx?: Transaction) {
    const written = tx && this.pending.get(tx)
    for (const row of rows) {
      const key = ledgerKey(row.kind, row.id)
      const own = written?.get(key)
      const wanted = own === undefined ? this.ledger.find(key) : (own.seal ?? undefined)
      if (row.fields === undefined) {
        if (wanted !== undefined) return row
        continue
      }
      const seal = wanted === undefined ? null : Buffer.from(wanted, 'hex')
      if (!(await this.seals.fits(row.kind, row.fields, seal))) return row
    }
    return undefined
  }

  private change(tx: Transaction, change: LedgerChange): void {
    let changes = this.pending.get(tx)
    if (changes === undefined) {
      const first: Pending = new Map()
      changes = first
      this.pending.set(tx, first)
      // Last of all: it locks the log, which everybody who writes takes after all else.
      this.database.beforeCommit(tx, async () => {
        await this.audit.lock(tx)
        await this.write(tx, first, (await this.ledger.last(tx)) + 1, false)
      })
    }
    changes.set(ledgerKey(change.kind, change.id), change)
  }

  private async write(tx: Transaction, pending: Pending, first: number, isRestart: boolean) {
    let number = first
    for (const changes of leavesOf([...pending.values()])) {
      const leaf = { number, isRestart: isRestart && number === first, changes }
      const seal = await this.seals.seal('ledger', sealedLeaf(leaf))
      const kind = leaf.isRestart ? ledgerKinds.restarted : ledgerKinds.changed
      await this.audit.append(tx, { kind, body: leafBody({ ...leaf, seal }) })
      number += 1
    }
  }
}

/** In the order given, each as long as a leaf may be; one, when there is nothing. */
function leavesOf(changes: readonly LedgerChange[]): readonly (readonly LedgerChange[])[] {
  const leaves: LedgerChange[][] = [[]]
  let bytes = 0
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change))
    if (bytes + size > mostLeafBytes) {
      leaves.push([])
      bytes = 0
    }
    leaves.at(-1)?.push(change)
    bytes += size
  }
  return leaves
}
