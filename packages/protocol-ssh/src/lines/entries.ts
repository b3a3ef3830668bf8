import type { Readable } from 'node:stream'
import { maxWaitingLines } from '../limits'
import type { Entry } from './line-editor'

interface Source {
  take(chunk: Buffer): Iterable<Entry>
  end?(): Iterable<Entry>
}

export interface EntriesOptions {
  readonly from: Readable
  readonly source: Source
  readonly closed: AbortSignal
  /** Told at once, whatever waits: it concerns what runs. */
  readonly interrupted: () => void
  /** What to wait for before more is read, if anything; asked after each chunk. */
  readonly ahead: () => Promise<void> | undefined
}

/** What a client enters, in order, read no faster than it is asked for. */
export class Entries {
  readonly #options: EntriesOptions
  #waiting: Entry[] = []
  #failure: unknown
  #wake: () => void = () => undefined
  #isAhead = false

  constructor(options: EntriesOptions) {
    this.#options = options
    const { from, source, closed, ahead } = options
    from.on('data', (chunk: Buffer) => {
      this.#add(() => source.take(chunk))
      this.#waitFor(ahead())
    })
    from.once('end', () => this.#add(() => source.end?.() ?? [{ kind: 'end' }]))
    closed.addEventListener('abort', () => this.#add(() => [{ kind: 'end' }]))
  }

  /** Rejects when what was sent can be no line. */
  async next(): Promise<Entry> {
    for (;;) {
      const entry = this.#waiting.shift()
      this.#resume()
      if (entry !== undefined) return entry
      if (this.#failure !== undefined) throw this.#failure as Error
      if (this.#options.closed.aborted) return { kind: 'end' }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** What was entered ahead is dropped. */
  drop(): void {
    this.#waiting = this.#waiting.filter(({ kind }) => kind === 'end')
  }

  #resume(): void {
    if (!this.#isAhead && this.#waiting.length < maxWaitingLines) this.#options.from.resume()
  }

  #waitFor(wait: Promise<void> | undefined): void {
    if (wait === undefined) return
    this.#isAhead = true
    this.#options.from.pause()
    const fail = (error: unknown) =>
      this.#add(() => {
        throw error
      })
    void wait.catch(fail).then(() => {
      this.#isAhead = false
      this.#resume()
    })
  }

  #add(read: () => Iterable<Entry>): void {
    try {
      for (const entry of read()) {
        if (entry.kind === 'interrupt') this.#options.interrupted()
        this.#waiting.push(entry)
      }
    } catch (error) {
      this.#failure = error
    }
    if (this.#waiting.length >= maxWaitingLines) this.#options.from.pause()
    this.#wake()
  }
}
