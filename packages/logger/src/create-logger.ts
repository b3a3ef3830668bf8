import pino, { type DestinationStream, type Logger } from 'pino'
import { redactedPaths } from './redacted-paths'
import { serialiseError } from './serialise-error'

export interface LoggerOptions {
  /** The process: `agent`, `control-plane`. */
  readonly name: string
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'silent'
  /** Absent = standard output. */
  readonly destination?: DestinationStream
}

/** The logger of a process. Messages are constant phrases; data goes into fields, errors under `err`. */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    redact: { paths: [...redactedPaths], censor: '[secret]' },
    serializers: { err: serialiseError, error: serialiseError },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
