import pino, { type Logger } from 'pino'

export type Log = Logger
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Names under which a secret might be logged by mistake, at the depths that are in use. */
const secretNames = ['credential', 'unverifiedCredential', 'password', 'key', 'joinToken', 'token']

export function createLog(level: LogLevel, destination?: pino.DestinationStream): Log {
  const options = {
    level,
    base: { service: 'wardgate-agent' },
    redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
