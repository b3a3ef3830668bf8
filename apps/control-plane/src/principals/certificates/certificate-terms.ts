import { randomBytes } from 'node:crypto'

/** Clocks of those who check may be behind by this much. */
const backdateSeconds = 60n

/** What every SSH certificate has: a number of its own, and its time from now on. Nothing more is granted. */
export function certificateTerms(nowMillis: number, lifeSeconds: bigint) {
  const now = BigInt(Math.floor(nowMillis / 1000))
  return {
    serial: randomBytes(8).readBigUInt64BE(),
    validAfter: now - backdateSeconds,
    validBefore: now + lifeSeconds,
    criticalOptions: [],
    extensions: [],
  }
}

/** When it ends, to the second. */
export function endOf({ validBefore }: { readonly validBefore: bigint }): Date {
  return new Date(Number(validBefore) * 1000)
}
