import { TargetError } from '@wardgate/errors'
import {
  fromUpstream,
  notification,
  readFields,
  readNotification,
  readParameterStatus,
  responseWithFields,
} from '../wire'
import type { Conversation } from './conversation'
import { withheld } from './withheld'

/** Fields with text that can quote data: message, detail, hint, context, internal query. */
const freeText = ['M', 'D', 'H', 'W', 'q']

/** What may come at any time. Returns what the client gets instead; undefined = the message as it is. */
export function showAsynchronous(
  conversation: Conversation,
  code: number,
  body: Buffer,
): Buffer | undefined {
  if (code === fromUpstream.NoticeResponse) return maskedResponse(conversation, code, body)
  if (code === fromUpstream.ParameterStatus) {
    noteParameter(conversation, body)
    return undefined
  }
  const { processId, channel, payload } = readNotification(body)
  const { gate } = conversation.parts
  return notification(processId, channel, gate.maskText(payload))
}

/** ErrorResponse and NoticeResponse with their free text masked, or withheld where it may quote masked values. */
export function maskedResponse(
  { parts, touchesMasked }: Conversation,
  code: number,
  body: Buffer,
): Buffer {
  const fields = touchesMasked ? withheld(readFields(body)) : new Map(readFields(body))
  for (const letter of freeText) {
    const text = fields.get(letter)
    if (text !== undefined) fields.set(letter, parts.gate.maskText(text))
  }
  return responseWithFields(code, fields)
}

/** Fails closed: what is decided as UTF-8 with standard strings must not run in another reading. */
function noteParameter(conversation: Conversation, body: Buffer): void {
  const { name, value } = readParameterStatus(body)
  const { state, upstream } = conversation.parts
  upstream.parameters.set(name, value)
  state.reported(name, value)
  const isEncoding = name === 'client_encoding' && value.toUpperCase() !== 'UTF8'
  const isLexing = name === 'standard_conforming_strings' && value !== 'on'
  if (!isEncoding && !isLexing) return
  conversation.fail(
    new TargetError('ERR_TARGET_LOST', `the session changed ${name}, so it had to end`, {
      nextStep: 'Leave client_encoding at UTF8 and standard_conforming_strings on.',
    }),
  )
}
