import type { CompiledPolicy, PolicySet } from './compile'
import type { PolicyContext } from './context'
import { connectionMismatch, principalMismatch } from './selectors'

type Applicant = Pick<PolicyContext, 'connection' | 'principal'>

/** Why the policy does not apply; undefined when it does. */
export function mismatchOf(policy: CompiledPolicy, context: Applicant): string | undefined {
  return (
    connectionMismatch(policy.connection, context.connection) ??
    principalMismatch(policy.principal, context.principal)
  )
}

/** The policies that say anything of this principal on this connection: no other can change a verdict. */
export function versionsFor(
  { policies }: PolicySet,
  context: Applicant,
): readonly { readonly name: string; readonly version: number }[] {
  return policies
    .filter((policy) => mismatchOf(policy, context) === undefined)
    .map(({ name, version }) => ({ name, version }))
}
