import { PolicyError, ProtocolError } from '@wardgate/errors'
import { errorResponse } from '../errors'
import { readFunctionCall, readQuery } from '../wire'
import type { Conversation } from './conversation'
import {
  beginRun,
  noteText,
  statementOperation,
  whenLexingIsCertain,
  type Submitter,
} from './operations'
import { refuseQuery } from './refuse-in-turn'
import type { Run } from './run'
import { whenKnown, type Wait } from './when-known'

/** Query: one text that may hold several statements, run as it is. */
export function runQuery(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Wait {
  const text = readQuery(body)
  return whenLexingIsCertain(conversation, (isCertain) => {
    if (!isCertain) {
      refuseQuery(conversation, errorResponse(lexingError(), 'ERROR'))
      return undefined
    }
    const operation = statementOperation(conversation, 'simple', text, [])
    return whenKnown(gate.submit(operation), (verdict) => {
      const run = beginRun(conversation, operation, verdict, refuseQuery)
      if (run === undefined) return undefined
      noteText(conversation, text)
      return forwardRun(conversation, frame, run, 'query')
    })
  })
}

/** FunctionCall names a function by number and hands it values: refused unless the connection permits it. */
export function callFunction(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Wait {
  const { functionId, parameters } = readFunctionCall(body)
  if (!conversation.parts.settings.allowFunctionCall) {
    const error = new PolicyError(
      'ERR_POLICY_DENIED',
      'function calls by number are not permitted on this connection',
      { nextStep: 'Call the function in a SELECT.' },
    )
    refuseQuery(conversation, errorResponse(error, 'ERROR'))
    return undefined
  }
  const state = conversation.parts.state.snapshot()
  const operation = { kind: 'function-call', functionId, parameters, state } as const
  return whenKnown(gate.submit(operation), (verdict) => {
    const run = beginRun(conversation, operation, verdict, refuseQuery)
    return run === undefined ? undefined : forwardRun(conversation, frame, run, 'call')
  })
}

function forwardRun(
  conversation: Conversation,
  frame: Buffer,
  run: Run,
  kind: 'query' | 'call',
): Wait {
  const { group } = conversation
  conversation.group += 1
  conversation.forward(frame, { kind, run, group })
  conversation.parts.runClock.start(conversation, run)
  // Behind a result that may be cut short nothing is forwarded: the client is to see it fail first.
  return run.permit.mayBeCut ? conversation.replies.fewerThan(1) : undefined
}

export function lexingError(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_UNSUPPORTED',
    'a statement that could change how the next one is read has to be followed by Sync',
    { nextStep: 'Send the statements one after the other.' },
  )
}
