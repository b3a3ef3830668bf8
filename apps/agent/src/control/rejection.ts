import { type ServiceError, status } from '@grpc/grpc-js'
import { AuthError } from '@wardgate/errors'

/** Undefined when the link was lost for any other reason: then it is worth trying again. */
export function rejectionIn(error: unknown): AuthError | undefined {
  if (!isRejection(error)) return undefined
  return new AuthError(
    'ERR_AUTH_FORBIDDEN',
    `the control plane rejects this agent: ${error.details}`,
    { nextStep: 'Enrol the agent again with a new join token and an empty state directory.' },
  )
}

function isRejection(error: unknown): error is ServiceError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED
}
