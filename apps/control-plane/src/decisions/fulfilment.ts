import type { Decision } from './decision'
import type { DecisionSession } from './decision-session'
import { denied } from './denial'
import { unfulfilled } from './obligations'

/** Fails closed: an agent that does not know what a verdict asks for would let the operation run without it. */
export function onlyFulfilled({ fulfils }: DecisionSession, decision: Decision): Decision {
  const { outcome } = decision
  if (outcome.kind === 'deny') return decision
  const lacking = unfulfilled(outcome.grant, fulfils)
  if (lacking.length === 0) return decision
  const message = `the agent is of a version that does not know ${lacking.join(', ')}, which a rule asks for`
  return {
    ...decision,
    memo: 'once',
    outcome: denied('ERR_POLICY_UNSUPPORTED_CAPABILITY', message),
  }
}
