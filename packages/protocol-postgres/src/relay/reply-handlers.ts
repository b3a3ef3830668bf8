import { ProtocolError } from '@wardgate/errors'
import { fromUpstream, readCommandTag, readTransactionStatus } from '../wire'
import { maskedResponse } from './asynchronous'
import type { Conversation } from './conversation'
import { blockedError, handleError, type Shown } from './handle-error'
import { failTarget } from './refuse-in-turn'
import type { Reply } from './replies'
import { beginCopyOut, beginResult } from './results'
import type { Run } from './run'

// Looked up once: they are compared with every message.
const { ErrorResponse, ReadyForQuery } = fromUpstream

type Handler = (conversation: Conversation, head: Reply, body: Buffer) => Shown

/** Each message is legal only when its kind is owed; anything else would put answers to the wrong questions. */
const handlers: Readonly<Record<number, Handler>> = {
  [fromUpstream.ParseComplete]: (conversation, head) => {
    if (head.kind !== 'parse') throw unexpected()
    conversation.prepared.confirmStatement(head.statement)
    head.run.settle('succeeded')
    return answered(conversation)
  },
  [fromUpstream.BindComplete]: (conversation, head) => {
    if (head.kind !== 'bind') throw unexpected()
    head.portal.isConfirmed = true
    return answered(conversation)
  },
  [fromUpstream.CloseComplete]: (conversation, head) => {
    if (head.kind !== 'close') throw unexpected()
    if (head.portal !== undefined) conversation.prepared.removePortal(head.portal)
    return answered(conversation)
  },
  [fromUpstream.ParameterDescription]: (_conversation, head) => {
    if (head.kind !== 'describe') throw unexpected()
    return 'as-is'
  },
  [fromUpstream.RowDescription]: handleRowDescription,
  [fromUpstream.NoData]: (conversation, head) => {
    if (head.kind !== 'describe') throw unexpected()
    if (head.portal !== undefined) head.portal.columns = []
    return described(conversation, head.hidden)
  },
  [fromUpstream.CommandComplete]: (conversation, head, body) =>
    handleCompletion(conversation, head, readCommandTag(body)),
  [fromUpstream.EmptyQueryResponse]: (conversation, head) =>
    handleCompletion(conversation, head, undefined),
  [fromUpstream.PortalSuspended]: handleSuspension,
  [fromUpstream.CopyInResponse]: (conversation, head) => {
    conversation.copyIn = runOf(head)
    conversation.replies.dropSyncsBehindHead()
    conversation.replies.wake(true)
    return 'as-is'
  },
  [fromUpstream.CopyOutResponse]: (conversation, head, body) => {
    const run = runOf(head)
    beginCopyOut(conversation, run, body)
    return run.blocked === undefined ? 'as-is' : 'nothing'
  },
  [fromUpstream.CopyDone]: (_conversation, head) =>
    runOf(head).blocked === undefined ? 'as-is' : 'nothing',
  [fromUpstream.FunctionCallResponse]: handleFunctionResult,
}

export function handleReply(conversation: Conversation, code: number, body: Buffer): Shown {
  const { head } = conversation.replies
  if (code === ErrorResponse)
    return handleError(conversation, head, body, maskedResponse(conversation, code, body))
  if (head === undefined) throw unexpected()
  if (code === ReadyForQuery) return handleReady(conversation, head, body)
  const handler = handlers[code]
  if (handler === undefined) throw unexpected()
  return handler(conversation, head, body)
}

function handleRowDescription(conversation: Conversation, head: Reply, body: Buffer): Shown {
  if (head.kind === 'query') {
    beginResult(conversation, head.run, body)
    return head.run.blocked === undefined ? 'as-is' : 'nothing'
  }
  if (head.kind !== 'describe') throw unexpected()
  if (head.portal !== undefined) head.portal.columns = conversation.lastDescription.read(body)
  return described(conversation, head.hidden)
}

function handleCompletion(conversation: Conversation, head: Reply, tag: string | undefined): Shown {
  const run = runOf(head)
  run.endResult()
  if (run.blocked !== undefined) return endBlocked(conversation, head, run)
  if (tag !== undefined) run.completion = tag
  if (head.kind !== 'execute') return 'as-is'
  run.settleAsEnded()
  head.portal.state = 'ended'
  return answered(conversation)
}

function handleSuspension(conversation: Conversation, head: Reply): Shown {
  if (head.kind !== 'execute') throw unexpected()
  if (head.run.blocked !== undefined) return endBlocked(conversation, head, head.run)
  head.portal.state = 'suspended'
  return answered(conversation)
}

/** The rest of the result was withheld: the client gets our error, and the target must be brought to fail too. */
function endBlocked(conversation: Conversation, head: Reply, run: Run): Shown {
  if (run.blocked === undefined || head.kind !== 'execute') return 'nothing'
  const shown = blockedError(run, run.blocked)
  run.settleAsEnded()
  conversation.prepared.removePortal(head.portal)
  const { replies } = conversation
  replies.shift()
  if (replies.length === 0) {
    conversation.isSkipping = true
    failTarget(conversation, false)
  } else if (replies.head?.kind !== 'sync') throw unexpected()
  return shown
}

function handleReady(conversation: Conversation, head: Reply, body: Buffer): Shown {
  const { replies, prepared, parts } = conversation
  const isReady =
    head.kind === 'sync' ||
    head.kind === 'query' ||
    head.kind === 'call' ||
    (head.kind === 'poison' && head.endsWithReady)
  if (!isReady) throw unexpected()
  const status = readTransactionStatus(body[0])
  let shown: Shown = 'as-is'
  if (head.kind === 'query' || head.kind === 'call') {
    if (head.run.blocked !== undefined && head.run.error === undefined) {
      shown = blockedError(head.run, head.run.blocked)
      head.run.settleAsEnded()
      replies.shift()
      // Its ReadyForQuery is the one that the client is owed.
      failTarget(conversation, true)
      return shown
    }
    head.run.settleAsEnded()
  }
  conversation.copyIn = undefined
  if (status === 'idle') prepared.endPortalsUpTo(head.group)
  replies.shift()
  parts.state.ready(status, replies.pendingReady === 0)
  if (status === 'idle' && replies.length === 0) conversation.touchesMasked = false
  return shown
}

function handleFunctionResult(_conversation: Conversation, head: Reply, body: Buffer): Shown {
  if (head.kind !== 'call') throw unexpected()
  const { run } = head
  run.rows += 1
  run.bytes += body.length
  if (run.permit.unmasked === true) return 'as-is'
  // Its column is unknown: a plan that masks anything refuses it.
  const column = { name: '', type: 0, table: 0, attribute: 0, format: 'text' } as const
  if (run.describe([column]).active) throw unexpected()
  return 'as-is'
}

function described(conversation: Conversation, hidden: boolean): Shown {
  conversation.replies.shift()
  return hidden ? 'nothing' : 'as-is'
}

function answered(conversation: Conversation): Shown {
  conversation.replies.shift()
  return 'as-is'
}

function runOf(head: Reply): Run {
  if (head.kind === 'execute' || head.kind === 'query') return head.run
  throw unexpected()
}

function unexpected(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    'the target sent a message that is not legal at this point',
  )
}
