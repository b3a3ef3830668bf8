import { ProtocolError } from '@wardgate/errors'
import type { Denial, Operation, Parameter, Permit, StatementOperation } from '@wardgate/gateway'
import type { Conversation } from './conversation'
import { MAX_CANDIDATE_BYTES } from './limits'
import { TrackedState } from './session-state'

/** Asks the gate; tells the client when it has to wait. */
export interface Submitter {
  submit(operation: Operation): Promise<Permit | Denial>
}

export function statementOperation(
  { prepared, parts }: Conversation,
  phase: StatementOperation['phase'],
  text: string,
  parameters: readonly Parameter[],
): StatementOperation {
  const isRunningByName = TrackedState.isNotable(text) && /execute/i.test(text)
  const candidates = isRunningByName ? prepared.named() : []
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
export async function lexingIsCertain(conversation: Conversation): Promise<boolean> {
  if (!conversation.parts.state.isLexingUncertain) return true
  if (conversation.replies.pendingReady === 0) return false
  await conversation.settleBelow(1)
  return !conversation.parts.state.isLexingUncertain
}
