import { ProtocolError } from '@wardgate/errors'
import { errorResponse } from '../errors'
import {
  bindParameters,
  describe,
  flush,
  readBind,
  readExecute,
  readNamedObject,
  readParse,
} from '../wire'
import type { Conversation } from './conversation'
import { lexingIsCertain, noteText, statementOperation, type Submitter } from './operations'
import { MAX_PORTALS, type Portal, type Statement } from './prepared'
import { unknownObject } from './refusal'
import { refuseInGroup } from './refuse-in-turn'
import { Run } from './run'
import { lexingError } from './simple'

/** Parse runs nothing, so a statement that needs approval can be prepared and described. */
export async function parseStatement(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Promise<void> {
  const { name, text, types } = readParse(body)
  const { prepared, parts } = conversation
  if (parts.state.isLexingUncertain && !(await lexingIsCertain(conversation))) {
    refuseInGroup(conversation, errorResponse(lexingError(), 'ERROR'))
    return
  }
  if (prepared.isFull) {
    refuseInGroup(conversation, errorResponse(tooMany('prepared statements'), 'ERROR'))
    return
  }
  const run = await permitted(
    conversation,
    gate,
    statementOperation(conversation, 'prepare', text, []),
  )
  if (run === undefined) return
  const { group } = conversation
  const statement: Statement = {
    name,
    text,
    types,
    group,
    isConfirmed: false,
    isRefused: false,
    // The unnamed one is gone at the target even when the new one is refused.
    previous: name === '' ? undefined : prepared.statements.get(name),
  }
  prepared.addStatement(statement)
  conversation.forward(frame, { kind: 'parse', run, statement })
}

/**
 * Bind is where execution is decided: it evaluates parameters and plans, so nothing of it goes upstream before.
 * The permit stays with the portal until it has run to its end.
 */
export async function bindPortal(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Promise<void> {
  const message = readBind(body)
  const statement = await knownStatement(conversation, message.statement)
  if (statement === undefined) {
    if (!conversation.isSkipping)
      refuseInGroup(conversation, unknownObject('statement', message.statement))
    return
  }
  const { prepared, group } = conversation
  if (prepared.portals.size >= MAX_PORTALS) {
    refuseInGroup(conversation, errorResponse(tooMany('portals'), 'ERROR'))
    return
  }
  const parameters = bindParameters(message.values, message.formats, statement.types)
  const operation = statementOperation(conversation, 'execute', statement.text, parameters)
  const run = await permitted(conversation, gate, operation)
  if (run === undefined) return
  noteText(conversation, statement.text)
  const portal: Portal = {
    name: message.portal,
    run,
    group,
    isConfirmed: false,
    state: 'bound',
    isDescribed: false,
    columns: undefined,
  }
  prepared.addPortal(portal)
  conversation.forward(frame, { kind: 'bind', portal })
}

export async function executePortal(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Promise<void> {
  const { portal: name } = readExecute(body)
  const portal = await knownPortal(conversation, name)
  if (portal === undefined) {
    if (!conversation.isSkipping) refuseInGroup(conversation, unknownObject('portal', name))
    return
  }
  if (portal.run.isSettled) {
    // It ran to its end: running it again is a new operation.
    const again = await permitted(conversation, gate, portal.run.operation)
    if (again === undefined) return
    portal.run = again
  }
  forwardExecute(conversation, portal, frame)
  if (portal.run.permit.rowLimit === undefined) return
  // Behind a result that may be cut short nothing is forwarded: the client is to see it fail first.
  conversation.parts.outbox.write(flush)
  await conversation.replies.fewerThan(1)
}

function forwardExecute(conversation: Conversation, portal: Portal, frame: Buffer): void {
  const { run } = portal
  if (run.permit.unmasked !== true && !portal.isDescribed) {
    // The portal's own description: its statement's may be older than the schema.
    portal.isDescribed = true
    const message = describe({ kind: 'portal', name: portal.name })
    conversation.forward(message, { kind: 'describe', portal, hidden: true })
  }
  portal.state = 'running'
  conversation.hasRunInGroup = true
  conversation.forward(frame, { kind: 'execute', run, portal })
}

/** Describe runs nothing and shows no values. */
export function describeObject(conversation: Conversation, frame: Buffer, body: Buffer): undefined {
  const { kind, name } = readNamedObject(body)
  const portal = kind === 'portal' ? conversation.prepared.portals.get(name) : undefined
  if (portal !== undefined) portal.isDescribed = true
  conversation.forward(frame, { kind: 'describe', portal, hidden: false })
  return undefined
}

/** From here on the name is free: SQL can give it another meaning before the target has answered. */
export function closeObject(conversation: Conversation, frame: Buffer, body: Buffer): undefined {
  const { kind, name } = readNamedObject(body)
  const { prepared } = conversation
  const statement = kind === 'statement' ? prepared.statements.get(name) : undefined
  const portal = kind === 'portal' ? prepared.portals.get(name) : undefined
  if (statement !== undefined) prepared.removeStatement(statement)
  const { generation } = prepared
  conversation.forward(frame, { kind: 'close', statement, portal, generation })
  return undefined
}

/** Submits; undefined = it must not run, and the client has been told in its turn. */
async function permitted(
  conversation: Conversation,
  gate: Submitter,
  operation: Parameters<Submitter['submit']>[0],
): Promise<Run | undefined> {
  const verdict = await gate.submit(operation)
  const isOver = conversation.hasEnded || conversation.isSkipping
  if (verdict.kind === 'denial') {
    if (!isOver)
      refuseInGroup(conversation, errorResponse(verdict.error, 'ERROR', verdict.operationId))
    return undefined
  }
  const run = conversation.begin(new Run(verdict, operation))
  if (!isOver) return run
  run.settle('cancelled')
  return undefined
}

/**
 * The statement that a name stands for at the target. When its Parse is of an earlier group and unanswered, it may
 * have failed while SQL gave the name another meaning: wait for the answer. So may a Close that freed the name.
 */
async function knownStatement(
  conversation: Conversation,
  name: string,
): Promise<Statement | undefined> {
  const { statements } = conversation.prepared
  const statement = statements.get(name)
  if (statement?.isConfirmed === true || statement?.group === conversation.group) return statement
  await conversation.settleBelow(1)
  return conversation.isSkipping || conversation.hasEnded ? undefined : statements.get(name)
}

async function knownPortal(conversation: Conversation, name: string): Promise<Portal | undefined> {
  const { portals } = conversation.prepared
  const portal = portals.get(name)
  if (portal === undefined || portal.isConfirmed || portal.group === conversation.group)
    return portal
  await conversation.settleBelow(1)
  return conversation.isSkipping || conversation.hasEnded ? undefined : portals.get(name)
}

function tooMany(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_OVERSIZE', `too many ${what} are open in this session`, {
    nextStep: 'Close those that are not used any more.',
  })
}
