import { GatewayError } from '@wardgate/errors'

export interface SerialisedError {
  readonly name: string
  readonly code?: string
  readonly message?: string
  readonly stack?: string
  readonly cause?: SerialisedError
}

const maxCauses = 5

/**
 * An error for the log. Gateway errors whose text is for clients print it. Of anything else only name, code and the
 * frames of the stack are printed: drivers and targets put statements, rows and connection strings in their messages.
 */
export function serialiseError(error: unknown, depth = 0): SerialisedError {
  if (!(error instanceof Error)) return { name: typeof error }
  const isOurs = error instanceof GatewayError
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = framesOf(error)
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(isOurs && error.expose ? { message: error.message } : {}),
    ...(isOurs && error.expose ? {} : { stack: frames }),
    ...(error.cause === undefined || depth >= maxCauses
      ? {}
      : { cause: serialiseError(error.cause, depth + 1) }),
  }
}

/** The stack without its first lines, which repeat the message. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message)
  const rest = at === -1 ? stack : stack.slice(at + message.length)
  return rest
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
