import { ProtocolError } from '@wardgate/errors'
import type { Denial, Operation, Parameter, Permit, StatementOperation } from '@wardgate/gateway'
import { errorResponse } from '../errors'
import type { Conversation } from './conversation'
import { MAX_CANDIDATE_BYTES } from './limits'
import { Run } from './run'
import { TrackedState } from './session-state'
import type { Wait } from './when-known'

/** Asks the gate; tells the client when it has to wait. */
export interface Submitter {
  submit(operation: Operation): Permit | Denial | Promise<Permit | Denial>
}

export function statementOperation(
  { prepared, parts }: Conversation,
  phase: StatementOperation['phase'],
  text: string,
  parameters: readonly Parameter[],
): StatementOperation {
  const candidates = prepared.statements.size > 0 && /execute/i.test(text) ? prepared.named() : []
  const bytes = candidates.reduce((sum, candidate) => sum + candidate.text.length, 0)
  if (bytes > MAX_CANDIDATE_BYTES)
    throw new ProtocolError(
      'ERR_PROTOCOL_OVERSIZE',
      'too many prepared statements that EXECUTE could run',
      { nextStep: 'Close statements that are not used any more.' },
    )
  return {
    kind: 'statement',
    dialect: 'postgresql',
    phase,
    text,
    parameters,
    prepared: candidates,
    state: parts.state.snapshot(),
  }
}

/** What a permit lets run; undefined = it must not, and the client has been told by `refuse`, in its turn. */
export function beginRun(
  conversation: Conversation,
  operation: Operation,
  verdict: Permit | Denial,
  refuse: (conversation: Conversation, error: Buffer) => void,
): Run | undefined {
  const isOver = conversation.hasEnded || conversation.isSkipping
  if (verdict.kind === 'denial') {
    if (!isOver) refuse(conversation, errorResponse(verdict.error, 'ERROR', verdict.operationId))
    return undefined
  }
  const run = conversation.begin(new Run(verdict, operation))
  if (!isOver) return run
  run.settle('cancelled')
  return undefined
}

/** Called before a text is forwarded: gives up what the text may make untrue. */
export function noteText({ parts, prepared }: Conversation, text: string): void {
  if (!TrackedState.isNotable(text)) return
  const { statementsVoid, portalsVoid } = parts.state.note(text)
  if (statementsVoid) prepared.clearStatements()
  if (portalsVoid) prepared.endNamedPortals()
}

/**
 * A text is judged as UTF-8 with standard strings. After one that could have changed that, the next has to wait
 * until the target has said what holds; false = it cannot say before a Sync.
 */
export function whenLexingIsCertain(
  conversation: Conversation,
  next: (isCertain: boolean) => Wait,
): Wait {
  const { state } = conversation.parts
  if (!state.isLexingUncertain) return next(true)
  if (conversation.replies.pendingReady === 0) return next(false)
  return conversation.settleBelow(1).then(() => next(!state.isLexingUncertain))
}
