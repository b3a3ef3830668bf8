import type { Transaction } from './transaction'

/** Whoever locks the same name waits until the transaction ends. */
export async function lockName(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`
}
