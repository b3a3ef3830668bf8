import { AuditError } from '@wardgate/errors'
import type { Spool, SpoolEntry } from '../ports'

type EntryOf<K extends SpoolEntry['kind']> = Extract<SpoolEntry, { kind: K }>

const kinds = [
  'session-started',
  'intent',
  'outcome',
  'refused',
  'session-ended',
  'recording',
] as const

/** A spool in memory that can be made to fail, at once or for one kind of entry, and whose flush can be held up. */
export class MemorySpool implements Spool {
  readonly entries: SpoolEntry[] = []
  /** Kinds of entries that are refused as if the disk were full. */
  readonly full = new Set<SpoolEntry['kind']>()
  /** When set, `durable` waits for it; its rejection is a disk that failed. */
  flush: Promise<void> | undefined
  /** When set, `written` waits for it; its rejection is a disk that is full. */
  write: Promise<void> | undefined
  #changed: (() => void)[] = []

  append(entry: SpoolEntry): void {
    if (this.full.has(entry.kind))
      throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'the audit spool is full')
    this.entries.push(entry)
    const changed = this.#changed
    this.#changed = []
    for (const tell of changed) tell()
  }

  written(): Promise<void> | undefined {
    return this.write
  }

  async durable(): Promise<void> {
    await this.flush
  }

  /** As when the disk is full: nothing is taken any more. */
  fill(): void {
    for (const kind of kinds) this.full.add(kind)
  }

  free(): void {
    this.full.clear()
  }

  of<K extends SpoolEntry['kind']>(kind: K): readonly EntryOf<K>[] {
    return this.entries.filter((entry): entry is EntryOf<K> => entry.kind === kind)
  }

  /** Resolves once `isThere` holds of the entries. */
  async until(isThere: (spool: this) => boolean): Promise<void> {
    while (!isThere(this)) await new Promise<void>((resolve) => this.#changed.push(resolve))
  }
}
