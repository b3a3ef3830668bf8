import type { PolicySet } from './compile'
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
  const concerns = (selectors: {
    readonly connection: Parameters<typeof connectionMismatch>[0]
    readonly principal: Parameters<typeof principalMismatch>[0]
  }) =>
    connectionMismatch(selectors.connection, connection) === undefined &&
    principalMismatch(selectors.principal, principal) === undefined
  return set.policies
    .filter(concerns)
    .flatMap(({ rules }) => rules.filter(concerns))
    .flatMap(({ mask }) => (mask ? selectMask(mask, principal) : []))
}
