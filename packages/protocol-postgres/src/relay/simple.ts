import { PolicyError, ProtocolError } from '@wardgate/errors'
import { errorResponse } from '../errors'
import { readFunctionCall, readQuery } from '../wire'
import type { Conversation } from './conversation'
import { lexingIsCertain, noteText, statementOperation, type Submitter } from './operations'
import { refuseQuery } from './refuse-in-turn'
import { Run } from './run'

/** Query: one text that may hold several statements, run as it is. */
export async function runQuery(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Promise<void> {
  const text = readQuery(body)
  if (conversation.parts.state.isLexingUncertain && !(await lexingIsCertain(conversation))) {
    refuseQuery(conversation, errorResponse(lexingError(), 'ERROR'))
    return
  }
  const operation = statementOperation(conversation, 'simple', text, [])
  const verdict = await gate.submit(operation)
  if (verdict.kind === 'denial') {
    if (conversation.hasEnded || conversation.isSkipping) return
    refuseQuery(conversation, errorResponse(verdict.error, 'ERROR', verdict.operationId))
    return
  }
  const run = conversation.begin(new Run(verdict, operation))
  if (conversation.hasEnded || conversation.isSkipping) {
    run.settle('cancelled')
    return
  }
  noteText(conversation, text)
  await forwardRun(conversation, frame, run, 'query')
}

/** FunctionCall names a function by number and hands it values: refused unless the connection permits it. */
export async function callFunction(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Promise<void> {
  const { functionId, parameters } = readFunctionCall(body)
  if (!conversation.parts.settings.allowFunctionCall) {
    const error = new PolicyError(
      'ERR_POLICY_DENIED',
      'function calls by number are not permitted on this connection',
      { nextStep: 'Call the function in a SELECT.' },
    )
    refuseQuery(conversation, errorResponse(error, 'ERROR'))
    return
  }
  const state = conversation.parts.state.snapshot()
  const operation = { kind: 'function-call', functionId, parameters, state } as const
  const verdict = await gate.submit(operation)
  if (verdict.kind === 'denial') {
    if (conversation.hasEnded || conversation.isSkipping) return
    refuseQuery(conversation, errorResponse(verdict.error, 'ERROR', verdict.operationId))
    return
  }
  const run = conversation.begin(new Run(verdict, operation))
  if (conversation.hasEnded || conversation.isSkipping) run.settle('cancelled')
  else await forwardRun(conversation, frame, run, 'call')
}

async function forwardRun(
  conversation: Conversation,
  frame: Buffer,
  run: Run,
  kind: 'query' | 'call',
): Promise<void> {
  const { group } = conversation
  conversation.group += 1
  conversation.forward(frame, { kind, run, group })
  // Behind a result that may be cut short nothing is forwarded: the client is to see it fail first.
  if (run.permit.rowLimit !== undefined) await conversation.replies.fewerThan(1)
}

export function lexingError(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_UNSUPPORTED',
    'a statement that could change how the next one is read has to be followed by Sync',
    { nextStep: 'Send the statements one after the other.' },
  )
}
