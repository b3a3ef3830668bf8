import type { GatewayError, GatewayErrorCode } from '@wardgate/errors'
import type { Decision } from './decision'
import { noFacts } from './facts/function-call'

export function denied(code: GatewayErrorCode, message: string, retryable = false) {
  return { kind: 'deny', code, message, retryable } as const
}

/** What cannot be judged is denied. Where the error is not to be shown, nothing of it is. */
export function failedClosed(epoch: bigint, error: GatewayError): Decision {
  const message = error.expose ? error.message : 'the operation could not be judged'
  const code = error.code === 'ERR_INTERNAL' ? 'ERR_POLICY_DENIED' : error.code
  return {
    outcome: { ...denied(code, message, error.retryable), ...advice(error) },
    determinedBy: [{ policy: 'wardgate', rule: 'fail-closed' }],
    memo: 'once',
    epoch,
    facts: noFacts,
  }
}

function advice({ nextStep }: GatewayError) {
  return nextStep === undefined ? {} : { nextStep }
}
