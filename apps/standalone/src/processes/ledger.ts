import { processArguments } from '@wardgate/embedded-postgres'
import { replaceFile } from '@wardgate/state-file'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const schema = z.array(
  z.object({
    name: z.string(),
    pid: z.number(),
    marker: z.string(),
    signal: z.enum(['SIGTERM', 'SIGINT']).default('SIGTERM'),
  }),
)
const stopLimitMillis = 15_000

export interface LedgerEntry {
  readonly name: string
  readonly pid: number
  /** Part of the process's arguments: proof that the pid still is what we started. */
  readonly marker: string
  /** What asks it to end cleanly; default SIGTERM. */
  readonly signal?: 'SIGTERM' | 'SIGINT'
}

/** Which processes this instance started: the next start ends what a killed one left behind. */
export class Ledger {
  private readonly file: string
  private entries: LedgerEntry[] = []

  constructor(home: string) {
    this.file = join(home, 'processes.json')
  }

  add(entry: LedgerEntry): void {
    this.entries = [...this.entries.filter((known) => known.name !== entry.name), entry]
    this.save()
  }

  clear(): void {
    this.entries = []
    rmSync(this.file, { force: true })
  }

  /** The entries of an earlier run that are alive still. */
  leftovers(): readonly LedgerEntry[] {
    if (!existsSync(this.file)) return []
    const parsed = schema.safeParse(JSON.parse(readFileSync(this.file, 'utf8') || '[]'))
    return parsed.success ? parsed.data.filter(isAlive) : []
  }

  private save(): void {
    replaceFile(this.file, JSON.stringify(this.entries))
  }
}

export async function end(entry: LedgerEntry): Promise<void> {
  process.kill(entry.pid, entry.signal ?? 'SIGTERM')
  const deadline = Date.now() + stopLimitMillis
  while (isAlive(entry)) {
    if (Date.now() > deadline) process.kill(entry.pid, 'SIGKILL')
    await delay(50)
  }
}

export function isAlive(entry: LedgerEntry): boolean {
  return processArguments(entry.pid).includes(entry.marker)
}
