import { RequestError } from '@wardgate/errors'
import { Prisma } from '../../generated/prisma/client'

const uniqueViolation = 'P2002'
const foreignKeyViolation = 'P2003'

function isKnown(caught: unknown, code: string): boolean {
  return caught instanceof Prisma.PrismaClientKnownRequestError && caught.code === code
}

export function isUniqueViolation(caught: unknown): boolean {
  return isKnown(caught, uniqueViolation)
}

/** Runs a write whose unique keys may be taken; `what` names the thing in the refusal. */
export async function orConflict<T>(what: string, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (cause) {
    if (isUniqueViolation(cause))
      throw new RequestError('ERR_REQUEST_CONFLICT', `${what} exists already`, { cause })
    if (isKnown(cause, foreignKeyViolation))
      throw new RequestError('ERR_REQUEST_CONFLICT', `${what} is in use`, { cause })
    throw cause
  }
}
