import { InternalError } from '@wardgate/errors'
import type { ControlVerdict } from '../ports'
import type { Allowance } from '../permit'
import type { Attempt } from './attempt'

/** The verdict, if and only if it allows; the steps before this one make sure of it, and this one checks again. */
export function allowed(attempt: Attempt): { verdict: ControlVerdict; allowance: Allowance } {
  const { verdict } = attempt
  if (verdict?.outcome.kind !== 'allow')
    throw new InternalError('an operation without an allow verdict')
  return { verdict, allowance: verdict.outcome }
}
