import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'pg'
import { PrismaClient } from '../../generated/prisma/client'
import { BulkTransaction } from './bulk-transaction'
import type { Transaction } from './transaction'

/** Longest wait for a free database connection, and longest life of one transaction. */
const maxWaitMillis = 5_000
const transactionMillis = 15_000
const connectMillis = 5_000

export interface DatabaseOptions {
  readonly url: string
  readonly connections: number
  readonly onError: (error: Error) => void
}

/** What a transaction still has to write when all else in it is done. */
export type BeforeCommit = () => Promise<void>

/** The control plane's PostgreSQL. Repositories query through `prisma`; services only open transactions. */
export class Database {
  readonly prisma: PrismaClient
  readonly #pool: Pool
  readonly #hooks = new WeakMap<Transaction, BeforeCommit[]>()

  constructor(options: DatabaseOptions) {
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: connectMillis,
      application_name: 'wardgate-control-plane',
    })
    // The adapter stops listening when it disconnects; a connection that is cut after that must not end the process.
    this.#pool.on('error', () => undefined)
    const adapter = new PrismaPg(this.#pool, { onPoolError: options.onError })
    this.prisma = new PrismaClient({ adapter })
  }

  /** Runs `work` in one transaction: everything it does is committed, or nothing is. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(
      async (tx) => {
        const result = await work(tx)
        for (const hook of this.#hooks.get(tx) ?? []) await hook()
        return result
      },
      { maxWait: maxWaitMillis, timeout: transactionMillis },
    )
  }

  /** Runs `hook` when the work of this transaction is done, before it commits. */
  beforeCommit(tx: Transaction, hook: BeforeCommit): void {
    this.#hooks.set(tx, [...(this.#hooks.get(tx) ?? []), hook])
  }

  /** As `transaction`, on a connection that can COPY. */
  async bulk<T>(work: (tx: BulkTransaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: unknown
    try {
      // One statement that hangs must not hold what it locked for ever.
      await client.query(`BEGIN; SET LOCAL statement_timeout = ${transactionMillis}`)
      const result = await work(new BulkTransaction(client))
      await client.query('COMMIT')
      return result
    } catch (caught) {
      await client.query('ROLLBACK').catch((error: unknown) => (broken = error))
      throw caught
    } finally {
      client.release(broken !== undefined)
    }
  }

  async ping(): Promise<void> {
    await this.prisma.$queryRaw`SELECT 1`
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect()
    await this.#pool.end()
  }
}
