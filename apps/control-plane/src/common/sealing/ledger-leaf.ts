import { z } from 'zod'
import type { JsonObject } from '../audit-port'

/** Audit entries of these kinds are the ledger; the second one begins it anew. */
export const ledgerKinds = { changed: 'rows.sealed', restarted: 'rows.resealed' } as const

const changeSchema = z.object({
  kind: z.string(),
  id: z.string(),
  /** Lower-case hex; null = no such row is in force any more. */
  seal: z.string().nullable(),
  /** Unix milliseconds; what holds for a time only is forgotten after it. */
  until: z.number().optional(),
})

const bodySchema = z.object({
  number: z.number().int(),
  changes: z.array(changeSchema),
  seal: z.string(),
})
const leafSchema = z.object({ kind: z.enum(ledgerKinds), body: bodySchema })

export type LedgerChange = z.output<typeof changeSchema>

export interface LedgerLeaf {
  readonly number: number
  readonly isRestart: boolean
  readonly changes: readonly LedgerChange[]
}

export interface SealedLedgerLeaf extends LedgerLeaf {
  readonly seal: Uint8Array
}

/** What the seal of a leaf is made over. */
export function sealedLeaf({ number, isRestart, changes }: LedgerLeaf): JsonObject {
  return { number, isRestart, changes: changes.map(toJson) }
}

export function leafBody(leaf: SealedLedgerLeaf): JsonObject {
  const seal = Buffer.from(leaf.seal).toString('hex')
  return { number: leaf.number, changes: leaf.changes.map(toJson), seal }
}

/** Undefined = it is none. */
export function parseLedgerLeaf(rawLeaf: string): SealedLedgerLeaf | undefined {
  const { success, data } = leafSchema.safeParse(JSON.parse(rawLeaf))
  if (!success) return undefined
  const { number, changes, seal } = data.body
  const isRestart = data.kind === ledgerKinds.restarted
  return { number, changes, isRestart, seal: Buffer.from(seal, 'hex') }
}

function toJson({ kind, id, seal, until }: LedgerChange): JsonObject {
  return { kind, id, seal, ...(until === undefined ? {} : { until }) }
}
