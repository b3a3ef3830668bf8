export { createLogger, type LoggerOptions } from './create-logger'
export { redactedPaths } from './redacted-paths'
export { serialiseError } from './serialise-error'
export type { Logger } from 'pino'
