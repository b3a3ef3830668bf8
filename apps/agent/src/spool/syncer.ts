import { AuditError } from '@wardgate/errors'
import { syncFolder } from '@wardgate/state-file'
import type { SegmentFile } from './segment-file'

/** What one fdatasync makes durable. */
interface Group {
  readonly file: SegmentFile
  readonly sequence: number
}

interface Waiter {
  readonly sequence: number
  resolve(): void
  reject(error: AuditError): void
}

/**
 * Group commit: one fdatasync at a time; whoever comes while it runs shares the next one. `prepare` writes what is
 * still in memory, so that a group is as large as it can be.
 */
export class Syncer {
  readonly #folder: string
  readonly #prepare: () => Group
  readonly #onDurable: () => void
  readonly #retired: SegmentFile[] = []
  #waiters: Waiter[] = []
  #folderDirty = true
  #running = false
  #failure: AuditError | undefined
  durableSequence: number

  constructor(options: {
    readonly folder: string
    readonly durableSequence: number
    readonly prepare: () => Group
    readonly onDurable: () => void
  }) {
    this.#folder = options.folder
    this.#prepare = options.prepare
    this.#onDurable = options.onDurable
    this.durableSequence = options.durableSequence
  }

  /** A segment that gets no more records but is not on disk for certain yet. */
  retire(file: SegmentFile): void {
    this.#retired.push(file)
    this.#folderDirty = true
  }

  reach(sequence: number): Promise<void> {
    if (sequence <= this.durableSequence) return Promise.resolve()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ sequence, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiters.length > 0) await this.#once()
    } catch (cause) {
      // After a failed fdatasync nobody knows what is on disk (dirty pages may be dropped): no retry.
      this.#failure = unwritable(cause, false)
      this.#reject(this.#failure)
    } finally {
      this.#running = false
    }
  }

  async #once(): Promise<void> {
    const ready = this.#tryPrepare()
    if (ready === undefined) return
    const { file, sequence } = ready
    const retired = this.#retired.splice(0)
    for (const former of retired) {
      await former.sync()
      former.close()
    }
    if (this.#folderDirty) {
      this.#folderDirty = false
      syncFolder(this.#folder)
    }
    await file.sync()
    this.durableSequence = sequence
    const waiters = this.#waiters
    this.#waiters = waiters.filter((waiter) => waiter.sequence > sequence)
    for (const waiter of waiters) if (waiter.sequence <= sequence) waiter.resolve()
    this.#onDurable()
  }

  /** A full disk is no failure of what was written: the records stay in memory and are tried again. */
  #tryPrepare(): Group | undefined {
    try {
      return this.#prepare()
    } catch (cause) {
      this.#reject(unwritable(cause, true))
      return undefined
    }
  }

  #reject(error: AuditError): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
  }

  get failure(): AuditError | undefined {
    return this.#failure
  }
}

function unwritable(cause: unknown, retryable: boolean): AuditError {
  return new AuditError('ERR_AUDIT_UNAVAILABLE', 'the spool cannot be written to disk', {
    cause,
    retryable,
  })
}
