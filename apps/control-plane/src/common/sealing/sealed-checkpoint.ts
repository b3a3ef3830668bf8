import type { JsonObject } from '../audit-port'

/** How far the ledger had come when the log had this size: a ledger that ends before it was cut. */
export function sealedCheckpoint(checkpoint: {
  readonly size: number | bigint
  readonly rootHash: Uint8Array
  readonly ledgerNumber: number | bigint
}): JsonObject {
  const root = Buffer.from(checkpoint.rootHash).toString('hex')
  return { size: Number(checkpoint.size), root, ledger: Number(checkpoint.ledgerNumber) }
}
