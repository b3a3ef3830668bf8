import type { Log } from '../ports'

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Keeps what was logged. */
export class MemoryLog implements Log {
  readonly lines: LogLine[] = []

  error(fields: object, message: string): void {
    this.#add('error', fields, message)
  }

  warn(fields: object, message: string): void {
    this.#add('warn', fields, message)
  }

  info(fields: object, message: string): void {
    this.#add('info', fields, message)
  }

  debug(fields: object, message: string): void {
    this.#add('debug', fields, message)
  }

  #add(level: LogLine['level'], fields: object, message: string): void {
    this.lines.push({ level, message, fields: { ...fields } })
  }
}
