import { InternalError, type GatewayError } from '@wardgate/errors'

/** What the client may see: the error, or, when its text is not for clients, where an operator finds it. */
export function forClient(error: GatewayError, reference: string): GatewayError {
  if (error.expose) return error
  const message = `${error.code}: an operator finds the cause in the log under ${reference}`
  return new InternalError(message, { expose: true, cause: error })
}
