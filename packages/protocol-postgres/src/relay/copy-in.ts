import { fromClient } from '../wire'
import type { Conversation } from './conversation'
import type { Wait } from './when-known'

/** Copy data belongs to the COPY that was permitted; outside of copy-in mode the target would ignore it. */
export function copyFromClient(conversation: Conversation, code: number, frame: Buffer): Wait {
  if (conversation.copyIn !== undefined) {
    forwardCopy(conversation, code, frame)
    return undefined
  }
  // Sent without waiting for CopyInResponse: what is in flight may still turn out to be a COPY.
  if (conversation.replies.length > 0) return copyWhenKnown(conversation, code, frame)
  return undefined
}

async function copyWhenKnown(
  conversation: Conversation,
  code: number,
  frame: Buffer,
): Promise<void> {
  await conversation.settleBelow(1)
  if (conversation.copyIn !== undefined) forwardCopy(conversation, code, frame)
}

function forwardCopy(conversation: Conversation, code: number, frame: Buffer): void {
  const { copyIn, parts } = conversation
  if (copyIn !== undefined) copyIn.bytes += frame.length
  parts.outbox.write(frame)
  if (code !== fromClient.CopyData) conversation.copyIn = undefined
}
