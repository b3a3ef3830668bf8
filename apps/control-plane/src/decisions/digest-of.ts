import { operationDigest } from '@wardgate/approvals'
import { type Operation, parametersOf } from '@wardgate/gateway'
import { versionsFor } from '@wardgate/policy'
import type { PolicySets } from '../policies/policy-sets.service'
import type { DecisionSession } from './decision-session'
import type { Reading } from './facts/reading'

interface Judged {
  readonly reading: Reading
  readonly sets: PolicySets
}

/** What an approval of the operation binds to, as it would run now. */
export function digestOf(
  session: DecisionSession,
  operation: Operation,
  { reading, sets }: Judged,
): string {
  return operationDigest({
    operation: reading.digested,
    parameters: parametersOf(operation),
    effects: reading.facts.actions,
    opaque: reading.facts.opaque,
    principalId: session.principal.id,
    connectionId: session.target.connectionId,
    targetRevision: session.target.revision,
    database: reading.database,
    policies: versionsFor(sets.active, session),
  })
}
