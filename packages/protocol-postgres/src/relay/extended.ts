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
  type ParseMessage,
} from '../wire'
import type { Conversation } from './conversation'
import {
  beginRun,
  noteText,
  statementOperation,
  whenLexingIsCertain,
  type Submitter,
} from './operations'
import { MAX_PORTALS, type Portal, type Statement } from './prepared'
import { unknownObject } from './refusal'
import { refuseInGroup } from './refuse-in-turn'
import type { Run } from './run'
import { lexingError } from './simple'
import { whenKnown, type Wait } from './when-known'

type Known<T> = T | undefined | Promise<T | undefined>

/** Parse runs nothing, so a statement that needs approval can be prepared and described. */
export function parseStatement(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Wait {
  const message = readParse(body)
  return whenLexingIsCertain(conversation, (isCertain) => {
    if (!isCertain || conversation.prepared.isFull) {
      const error = isCertain ? tooMany('prepared statements') : lexingError()
      refuseInGroup(conversation, errorResponse(error, 'ERROR'))
      return undefined
    }
    const operation = statementOperation(conversation, 'prepare', message.text, [])
    return whenKnown(gate.submit(operation), (verdict) => {
      const run = beginRun(conversation, operation, verdict, refuseInGroup)
      if (run !== undefined) forwardParse(conversation, frame, message, run)
      return undefined
    })
  })
}

function forwardParse(
  conversation: Conversation,
  frame: Buffer,
  { name, text, types }: ParseMessage,
  run: Run,
): void {
  const { prepared, group } = conversation
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
export function bindPortal(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Wait {
  const message = readBind(body)
  return whenKnown(knownStatement(conversation, message.statement), (statement) => {
    if (statement === undefined) {
      if (!conversation.isSkipping)
        refuseInGroup(conversation, unknownObject('statement', message.statement))
      return undefined
    }
    if (conversation.prepared.portals.size >= MAX_PORTALS) {
      refuseInGroup(conversation, errorResponse(tooMany('portals'), 'ERROR'))
      return undefined
    }
    const parameters = bindParameters(message.values, message.formats, statement.types)
    const operation = statementOperation(conversation, 'execute', statement.text, parameters)
    return whenKnown(gate.submit(operation), (verdict) => {
      const run = beginRun(conversation, operation, verdict, refuseInGroup)
      if (run === undefined) return undefined
      noteText(conversation, statement.text)
      forwardBind(conversation, frame, message.portal, run)
      return undefined
    })
  })
}

function forwardBind(conversation: Conversation, frame: Buffer, name: string, run: Run): void {
  const { prepared, group } = conversation
  const portal: Portal = {
    name,
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

export function executePortal(
  conversation: Conversation,
  gate: Submitter,
  frame: Buffer,
  body: Buffer,
): Wait {
  const { portal: name } = readExecute(body)
  return whenKnown(knownPortal(conversation, name), (portal) => {
    if (portal === undefined) {
      if (!conversation.isSkipping) refuseInGroup(conversation, unknownObject('portal', name))
      return undefined
    }
    if (!portal.run.isSettled) return forwardExecute(conversation, portal, frame)
    // It ran to its end: running it again is a new operation.
    const { operation } = portal.run
    return whenKnown(gate.submit(operation), (verdict) => {
      const again = beginRun(conversation, operation, verdict, refuseInGroup)
      if (again === undefined) return undefined
      portal.run = again
      return forwardExecute(conversation, portal, frame)
    })
  })
}

function forwardExecute(conversation: Conversation, portal: Portal, frame: Buffer): Wait {
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
  conversation.parts.runClock.start(conversation, run)
  if (!run.permit.mayBeCut) return undefined
  // Behind a result that may be cut short nothing is forwarded: the client is to see it fail first.
  conversation.parts.outbox.write(flush)
  return conversation.replies.fewerThan(1)
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

/**
 * The statement that a name stands for at the target. When its Parse is of an earlier group and unanswered, it may
 * have failed while SQL gave the name another meaning: wait for the answer. So may a Close that freed the name.
 */
function knownStatement(conversation: Conversation, name: string): Known<Statement> {
  const { statements } = conversation.prepared
  const statement = statements.get(name)
  if (statement?.isConfirmed === true || statement?.group === conversation.group) return statement
  return onceSettled(conversation, () => statements.get(name))
}

function knownPortal(conversation: Conversation, name: string): Known<Portal> {
  const { portals } = conversation.prepared
  const portal = portals.get(name)
  if (portal === undefined || portal.isConfirmed || portal.group === conversation.group)
    return portal
  return onceSettled(conversation, () => portals.get(name))
}

async function onceSettled<T>(
  conversation: Conversation,
  find: () => T | undefined,
): Promise<T | undefined> {
  await conversation.settleBelow(1)
  return conversation.isSkipping || conversation.hasEnded ? undefined : find()
}

function tooMany(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_OVERSIZE', `too many ${what} are open in this session`, {
    nextStep: 'Close those that are not used any more.',
  })
}
