import { processArguments, processBirth } from '@wardgate/state-file'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const schema = z.array(
  z.object({
    name: z.string(),
    pid: z.number(),
    marker: z.string(),
    birth: z.string().optional(),
    signal: z.enum(['SIGTERM', 'SIGINT']).default('SIGTERM'),
    isEnding: z.boolean().default(false),
  }),
)

/** Of the process that runs all others. */
export const runnerName = 'standalone'
/** Of the one that ends them when that one is killed. */
export const guardName = 'guard'

export interface LedgerEntry {
  readonly name: string
  readonly pid: number
  /** Part of the process's arguments: proof that the pid still is what we started. */
  readonly marker: string
  /** What asks it to end cleanly; default SIGTERM. */
  readonly signal?: 'SIGTERM' | 'SIGINT'
}

export interface Leftover extends LedgerEntry {
  /** Further proof: the same program may have the same pid after a restart of the machine or container. */
  readonly birth?: string | undefined
  readonly isEnding: boolean
}

/** Which processes this instance started: the next start ends what a killed one left behind. */
export class Ledger {
  private readonly file: string
  private entries: Leftover[] = []

  constructor(home: string) {
    this.file = join(home, 'processes.json')
  }

  add(entry: LedgerEntry): void {
    const added = { ...entry, birth: processBirth(entry.pid), isEnding: false }
    this.entries = [...this.entries.filter((known) => known.name !== entry.name), added]
    this.save()
  }

  /** Tells others that this run is about to be over. */
  noteEnding(): void {
    this.entries = this.entries.map((entry) =>
      entry.name === runnerName ? { ...entry, isEnding: true } : entry,
    )
    this.save()
  }

  clear(): void {
    this.entries = []
    rmSync(this.file, { force: true })
  }

  /** The entries of another run that are alive, in the order they were begun. */
  leftovers(): readonly Leftover[] {
    return read(this.file).filter((entry) => entry.pid !== process.pid && isAlive(entry))
  }

  /** Whole, but not flushed to the disk: what a power cut takes took the processes too, and a process is unknown until this is done. */
  private save(): void {
    const fresh = `${this.file}.new`
    writeFileSync(fresh, JSON.stringify(this.entries), { mode: 0o600 })
    renameSync(fresh, this.file)
  }
}

export function isAlive({ pid, marker, birth }: Leftover): boolean {
  const isSame = birth === undefined || processBirth(pid) === birth
  return isSame && processArguments(pid).includes(marker)
}

function read(file: string): readonly Leftover[] {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // None, or of another version: what it named is found by its ports and data folders.
    return []
  }
}
