import type { CompiledRule, PolicySet } from './compile'
import type { PolicyConnection, PolicyPrincipal } from './context'
import { selectMask } from './obligations'
import { connectionMismatch, principalMismatch } from './selectors'
import type { SelectedMask } from './verdict'

/**
 * Every mask that some operation of this principal on this connection may meet. For what belongs to no one operation,
 * such as notices: conditions on facts and time are not asked, so it is never too few.
 */
export function possibleMasks(
  set: PolicySet,
  principal: PolicyPrincipal,
  connection: PolicyConnection,
): readonly SelectedMask[] {
  return rulesFor(set, principal, connection).flatMap(({ mask }) =>
    mask ? selectMask(mask, principal) : [],
  )
}

/** Whether a rule makes everything that this principal does on this connection reading, whatever it is. */
export function isAlwaysReadOnly(
  set: PolicySet,
  principal: PolicyPrincipal,
  connection: PolicyConnection,
): boolean {
  return rulesFor(set, principal, connection).some(
    ({ readOnly, facts, expression }) =>
      readOnly && expression === undefined && matchesEverything(facts),
  )
}

function rulesFor(
  { policies }: PolicySet,
  principal: PolicyPrincipal,
  connection: PolicyConnection,
): readonly CompiledRule[] {
  const concerns = (selectors: {
    readonly connection: Parameters<typeof connectionMismatch>[0]
    readonly principal: Parameters<typeof principalMismatch>[0]
  }) =>
    connectionMismatch(selectors.connection, connection) === undefined &&
    principalMismatch(selectors.principal, principal) === undefined
  return policies.filter(concerns).flatMap(({ rules }) => rules.filter(concerns))
}

function matchesEverything(facts: CompiledRule['facts']): boolean {
  const { actions, resources, riskAtLeast, opaque, estimates, details } = facts
  const named = [actions, resources, riskAtLeast, opaque].some((field) => field !== undefined)
  return !named && estimates.length === 0 && details.length === 0
}
