import { AuditError } from '@wardgate/errors'
import type { Extent } from './entry-filter'

const nextStep =
  'Keep the database as it is, verify evidence that was exported earlier, and inform the security team.'

/** The tree was set back: signing it would fork the log. */
export function treeSetBack(treeSize: number, signedSize: number): AuditError {
  return new AuditError(
    'ERR_AUDIT_CORRUPT',
    treeSize === signedSize
      ? `the audit tree of size ${treeSize} is not the one that was signed`
      : `the audit tree has size ${treeSize}, but a checkpoint was signed for ${signedSize}`,
    { nextStep, retryable: false },
  )
}

/** What is in their place is no entry any more. */
export function entriesUnreadable({ first, end }: Extent, cause: unknown): AuditError {
  const which = end - first === 1 ? `entry ${first}` : `entries ${first} to ${end - 1}`
  return new AuditError('ERR_AUDIT_CORRUPT', `audit ${which} cannot be read`, {
    cause,
    nextStep,
    retryable: false,
  })
}
