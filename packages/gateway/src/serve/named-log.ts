import type { Log } from '../ports'

/** Adds names to each line when it is written: lines below the log's level, most of them, cost next to nothing. */
export class NamedLog implements Log {
  readonly #log: Log
  readonly #names: Readonly<Record<string, string>>

  constructor(log: Log, names: Readonly<Record<string, string>>) {
    this.#log = log
    this.#names = names
  }

  error(fields: object, message: string): void {
    this.#log.error({ ...this.#names, ...fields }, message)
  }

  warn(fields: object, message: string): void {
    this.#log.warn({ ...this.#names, ...fields }, message)
  }

  info(fields: object, message: string): void {
    this.#log.info({ ...this.#names, ...fields }, message)
  }

  debug(fields: object, message: string): void {
    this.#log.debug({ ...this.#names, ...fields }, message)
  }
}
