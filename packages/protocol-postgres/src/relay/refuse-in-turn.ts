import { randomBytes } from 'node:crypto'
import { execute, query, readyForQuery } from '../wire'
import type { Conversation } from './conversation'

/**
 * An error at the target undoes the transaction, or what a pipeline has done so far. An error of ours has to do
 * the same, or a client that goes on to COMMIT would keep half of its work: the target is made to fail on a
 * name that cannot exist, and its error is replaced by ours.
 */
const impossibleName = `wardgate_refused_${randomBytes(8).toString('hex')}`
const failingExecute = execute(impossibleName, 0)
const failingQuery = query(impossibleName)

/** Refuses a Query: an error and ReadyForQuery, after everything owed before. */
export function refuseQuery(conversation: Conversation, error: Buffer): void {
  const { state } = conversation.parts
  if (conversation.replies.length === 0 && state.transaction !== 'active') {
    conversation.tell(Buffer.concat([error, readyForQuery(state.transaction)]))
    return
  }
  const { group } = conversation
  conversation.group += 1
  conversation.forward(failingQuery, { kind: 'poison', bytes: error, endsWithReady: true, group })
}

/** Refuses a message of the extended protocol: an error, and nothing more up to the client's next Sync. */
export function refuseInGroup(conversation: Conversation, error: Buffer): void {
  conversation.isSkipping = true
  const { replies, hasRunInGroup, group } = conversation
  const isUndoing =
    replies.pendingReady > 0 || hasRunInGroup || conversation.parts.state.transaction === 'active'
  if (!isUndoing) conversation.answerInTurn(error)
  else
    conversation.forward(failingExecute, {
      kind: 'poison',
      bytes: error,
      endsWithReady: false,
      group,
    })
}

/** Makes the target fail after an error that the client was told of already. Nothing else may be owed. */
export function failTarget(conversation: Conversation, endsWithReady: boolean): void {
  const { group, replies, parts } = conversation
  replies.pushFront({ kind: 'poison', bytes: undefined, endsWithReady, group })
  parts.outbox.write(endsWithReady ? failingQuery : failingExecute)
}
