import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '@wardgate/state-file'

/** What outlives the segments: which spool this is and how far the control plane has acknowledged it. */
export interface SpoolPosition {
  readonly spoolId: string
  readonly acknowledged: number
  /** What the first record says; kept for a crash before that record was written. */
  readonly created?: SpoolOrigin | undefined
}

export interface SpoolOrigin {
  readonly previousSpoolId: string
  readonly reason: string
}

const schema = z.strictObject({
  spoolId: z.uuid(),
  acknowledged: z.int().nonnegative(),
  created: z.strictObject({ previousSpoolId: z.string(), reason: z.string() }).optional(),
})

function positionPath(folder: string): string {
  return join(folder, 'spool.json')
}

/** Undefined when there is none or it cannot be read: the segments then tell the spool's id. */
export function readPosition(folder: string): SpoolPosition | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(positionPath(folder), 'utf8')))
  } catch {
    return undefined
  }
}

export function writePosition(folder: string, position: SpoolPosition): void {
  replaceFile(positionPath(folder), `${JSON.stringify(position)}\n`)
}
