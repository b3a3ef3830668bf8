import type { GatewayError } from '@wardgate/errors'
import { errorResponse } from '../errors'
import { readFields } from '../wire'
import type { Conversation } from './conversation'
import type { Reply } from './replies'
import type { Run } from './run'

const queryCanceled = '57014'

/** What the client gets of a message. */
export type Shown = 'as-is' | 'nothing' | Buffer

/** ErrorResponse: whose it is decides whether the target now skips to Sync or ends with ReadyForQuery by itself. */
export function handleError(
  conversation: Conversation,
  head: Reply | undefined,
  body: Buffer,
  masked: Buffer,
): Shown {
  conversation.copyIn = undefined
  // Nothing is owed: the target says why it is about to close.
  if (head === undefined || head.kind === 'local') return masked
  if (head.kind === 'sync') return masked
  if (head.kind === 'query' || head.kind === 'call') return showFailure(head.run, body, masked)
  if (head.kind === 'poison' && head.endsWithReady) return head.bytes ?? 'nothing'
  const shown = head.kind === 'poison' ? (head.bytes ?? 'nothing') : failed(head, body, masked)
  skipToSync(conversation)
  return shown
}

function failed(head: Reply, body: Buffer, masked: Buffer): Shown {
  if (head.kind === 'execute' || head.kind === 'parse') return showFailure(head.run, body, masked)
  if (head.kind === 'bind') noteFailure(head.portal.run, body, masked)
  return masked
}

/** A result that we cut short fails with our reason, whatever the target says about being cancelled. */
function showFailure(run: Run, body: Buffer, masked: Buffer): Shown {
  const blocked = run.blocked ?? (isCancelled(body) ? run.stopped : undefined)
  if (blocked !== undefined) return run.error === undefined ? blockedError(run, blocked) : 'nothing'
  noteFailure(run, body, masked)
  return masked
}

function isCancelled(body: Buffer): boolean {
  return readFields(body).get('C') === queryCanceled
}

function noteFailure(run: Run, body: Buffer, masked: Buffer): void {
  run.error = {
    code: readFields(body).get('C') ?? 'XX000',
    message: readFields(masked.subarray(5)).get('M') ?? '',
  }
}

/** The target discards everything up to the next Sync, and so must whatever the client sends until then. */
function skipToSync(conversation: Conversation): void {
  const { skipped, syncFollows } = conversation.replies.takeSkipped()
  const [failedReply, ...rest] = skipped
  if (failedReply !== undefined) endFailed(conversation, failedReply)
  for (const reply of rest) conversation.abandon(reply, 'cancelled')
  if (syncFollows) return
  conversation.isSkipping = true
  // What waits for an approval in the same pipeline will not run either.
  if (conversation.isHeld) conversation.parts.gate.withdraw()
}

function endFailed(conversation: Conversation, reply: Reply): void {
  if (reply.kind === 'execute' || reply.kind === 'parse') reply.run.settleAsEnded()
  if (reply.kind === 'bind') reply.portal.run.settleAsEnded()
  conversation.abandon(reply, 'cancelled')
}

/** Our reason for withholding a result, in the place of the target's words. */
export function blockedError(run: Run, blocked: GatewayError): Buffer {
  run.error = { code: blocked.code, message: blocked.message }
  return errorResponse(blocked, 'ERROR', run.permit.operationId)
}
