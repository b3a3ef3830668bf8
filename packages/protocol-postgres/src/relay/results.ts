import { LimitError, ProtocolError, toGatewayError, type GatewayError } from '@wardgate/errors'
import { readCopyResponse } from '../wire'
import type { Conversation } from './conversation'
import { createCopyMask } from './copy-mask'
import { lookIntoRow, type Steps } from './look-ahead'
import type { Run } from './run'

/** Whether a message passes unread, is dropped unread, has to be read, or to be asked about again when it may be known. */
export type Admission = 'pass' | 'drop' | 'read' | 'wait'

/** A DataRow. Fails closed: a row that belongs to no permitted and described result ends the session. */
export function admitRow(conversation: Conversation, size: number): Admission {
  const { head } = conversation.replies
  if (head?.kind !== 'execute' && head?.kind !== 'query') throw unexpected()
  const { run } = head
  const admission = count(conversation, run, size)
  if (admission !== 'pass') return admission
  if (run.permit.unmasked === true) return 'pass'
  if (run.masker === undefined) {
    if (head.kind !== 'execute' || head.portal.columns === undefined) throw unexpected()
    const { columns } = head.portal
    if (!attempt(conversation, run, () => run.describe(columns))) return 'drop'
  }
  return run.masker?.active === false ? 'pass' : 'read'
}

export function admitCopyData(conversation: Conversation, size: number): Admission {
  const run = copyRun(conversation)
  const admission = count(conversation, run, size)
  if (admission !== 'pass') return admission
  return run.copyMask === undefined ? 'pass' : 'read'
}

export function maskCopyData(conversation: Conversation, body: Buffer): Buffer {
  const { copyMask } = copyRun(conversation)
  if (copyMask === undefined) throw unexpected()
  const masked = copyMask.mask(body)
  const message = Buffer.allocUnsafe(masked.length + 5)
  message.writeUInt8(0x64, 0)
  message.writeInt32BE(masked.length + 4, 1)
  masked.copy(message, 5)
  return message
}

/** What a large message has to be looked at by, a step at a time, before it is masked; undefined = nothing. */
export function looksAhead(
  { replies: { head } }: Conversation,
  message: Buffer,
  isCopy: boolean,
): { readonly run: Run; readonly steps: Steps } | undefined {
  if (head?.kind !== 'execute' && head?.kind !== 'query') return undefined
  const { run } = head
  const { masker, copyMask } = run
  if (isCopy) {
    if (copyMask?.takesSteps !== true) return undefined
    return { run, steps: copyMask.ahead(message.subarray(5)) }
  }
  if (masker?.takesSteps !== true) return undefined
  const row = { source: message, at: 0, size: message.length }
  return { run, steps: lookIntoRow(row, masker) }
}

/** A row that was counted and cannot be shown, nor any that comes after it. */
export function withhold(
  conversation: Conversation,
  run: Run,
  size: number,
  error: GatewayError,
): void {
  run.rows -= 1
  run.bytes -= size
  block(conversation, run, error)
}

/** A row description of a running Query begins a result of its own. */
export function beginResult(conversation: Conversation, run: Run, body: Buffer): void {
  if (run.permit.unmasked === true) return
  attempt(conversation, run, () => run.describe(conversation.lastDescription.read(body)))
}

/** COPY TO STDOUT begins. The permit says what is masked; the text says how the rows are written. */
export function beginCopyOut(conversation: Conversation, run: Run, body: Buffer): void {
  run.endResult()
  const text = run.operation.kind === 'statement' ? run.operation.text : ''
  attempt(conversation, run, () => {
    run.copyMask = createCopyMask(run.permit, text, readCopyResponse(body))
  })
}

/** A result that cannot be masked is withheld as a whole; the client gets the reason. */
function attempt(conversation: Conversation, run: Run, describe: () => void): boolean {
  if (run.blocked !== undefined) return false
  try {
    describe()
    return true
  } catch (caught) {
    block(conversation, run, toGatewayError(caught))
    return false
  }
}

function block(conversation: Conversation, run: Run, error: GatewayError): void {
  run.blocked = error
  conversation.parts.cancels.ask()
}

function count(conversation: Conversation, run: Run, size: number): Admission {
  if (run.blocked !== undefined) return 'drop'
  run.rows += 1
  run.bytes += size
  const refused = run.isOverLimit ? tooManyRows(run) : takeRow(run)
  if (refused === undefined) return 'pass'
  run.rows -= 1
  run.bytes -= size
  if (refused instanceof Promise) {
    conversation.awaited = awaitRow(conversation, run, refused)
    return 'wait'
  }
  block(conversation, run, refused)
  return 'drop'
}

function takeRow(run: Run): ReturnType<Run['permit']['takeRow']> {
  if (!run.isRowTaken) return run.permit.takeRow()
  run.isRowTaken = false
  return undefined
}

async function awaitRow(
  conversation: Conversation,
  run: Run,
  taken: Promise<GatewayError | undefined>,
): Promise<void> {
  const refused = await taken.catch(toGatewayError)
  if (refused === undefined) run.isRowTaken = true
  else block(conversation, run, refused)
}

function tooManyRows({ permit }: Run): LimitError {
  const message = `the result has more than the ${permit.rowLimit ?? 0} rows that a rule permits`
  return new LimitError('ERR_LIMIT_ROWS', message)
}

function copyRun({ replies: { head } }: Conversation): Run {
  if (head?.kind !== 'execute' && head?.kind !== 'query') throw unexpected()
  return head.run
}

function unexpected(): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the target sent rows that were not described')
}
