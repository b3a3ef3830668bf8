import { randomBytes } from 'node:crypto'

/** Ours, never the target's: a client can cancel only what goes through its own session. */
export function createCancelKey(minor: number): Buffer {
  // Protocol 3.2 allows longer secrets; older clients read exactly four bytes.
  const key = randomBytes(4 + (minor >= 2 ? 32 : 4))
  // Drivers hold the process id in a signed integer and show it: keep it positive and not zero.
  key.writeInt32BE((key.readInt32BE(0) & 0x7fffffff) | 1, 0)
  return key
}
