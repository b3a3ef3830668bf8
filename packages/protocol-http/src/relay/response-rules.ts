import {
  PolicyError,
  ProtocolError,
  SessionError,
  TargetError,
  type GatewayError,
} from '@wardgate/errors'
import { EchoStream } from '../echo/echo-stream'
import type { EchoMasker } from '../echo/echo-masker'
import type { ShownMessages } from './decide-request'
import { decodersOf } from '../wire/codings'
import { hasOtherCoding, valueOf, type Field } from '../wire/fields'
import { essenceOf } from '../wire/media-type'

/** From a server of messages, nothing but messages; what it says of an error may be one, or text like any other. */
export function messagesIn(
  status: number,
  fields: readonly Field[],
  messages: ShownMessages | undefined,
): Pick<ShownMessages, 'show' | 'showFields'> | undefined {
  if (messages === undefined) return undefined
  const mediaType = essenceOf(valueOf(fields, 'content-type'))
  const isKind = /^(?:application\/json|text\/event-stream)$/.test(mediaType)
  if (status < 300 && isKind) return messages
  if (status < 300)
    throw new PolicyError('ERR_POLICY_DENIED', 'the answer of the server is no message')
  const isText = isKind || /^(?:text\/.+|.+\+json)$/.test(mediaType)
  if (!isText || valueOf(fields, 'content-encoding') !== undefined) return undefined
  return {
    show: (body) => messages.showError(body),
    showFields: (lines) => messages.showFields(lines),
  }
}

/** A part of a body cannot be masked: what it is a part of is not known. Range was not sent, so none was asked for. */
export function refusePart(status: number): void {
  if (status !== 206 && status !== 416) return
  throw new TargetError(
    'ERR_TARGET_UNREADABLE',
    'the target sent a part of a body nobody asked for',
  )
}

/** Where no body comes its type says nothing, and an answer without a type is no reason to refuse. */
export const typeOfNothing = 'application/json'

/** Answers that never have a body (RFC 9112 6.3), and those that say that theirs is empty. */
export function isBodiless(status: number, fields: readonly Field[]): boolean {
  return status === 204 || status === 304 || valueOf(fields, 'content-length')?.trim() === '0'
}

/** For a body that may show the credential. Fails closed on parts in which nobody could find it. */
export function echoStreamOf(
  echo: EchoMasker | undefined,
  status: number,
  fields: readonly Field[],
): EchoStream | undefined {
  if (echo === undefined) return undefined
  const isPart = status === 206
  if (isPart) refuseUnreadableParts(fields)
  return new EchoStream(echo, { isPart })
}

function refuseUnreadableParts(fields: readonly Field[]): void {
  const refuse = (message: string, nextStep: string) => {
    throw new PolicyError('ERR_POLICY_DENIED', message, { nextStep })
  }
  if (essenceOf(valueOf(fields, 'content-type')) === 'multipart/byteranges')
    refuse('the answer has several parts of one body', 'Ask for one range at a time.')
  if (decodersOf(valueOf(fields, 'content-encoding'))?.length !== 0)
    refuse('the answer is a part of a compressed body', 'Ask without Range.')
}

/** A target that is lost, or a session that is over; an answer that cannot be read is one answer's end. */
export function endsSession(error: GatewayError): boolean {
  if (error instanceof SessionError) return true
  return error instanceof TargetError && error.code !== 'ERR_TARGET_UNREADABLE'
}

/** What cannot be read was not sent by the client: it is told so as an error of the target's. */
export function ofTheTarget(error: GatewayError): GatewayError {
  if (!(error instanceof ProtocolError)) return error
  const message = `the target's answer was withheld: ${error.message}`
  const next = error.nextStep === undefined ? {} : { nextStep: error.nextStep }
  const options = { cause: error, retryable: false, ...next }
  return new TargetError('ERR_TARGET_UNREADABLE', message, options)
}

/** Under another transfer coding nobody has read the body: https://datatracker.ietf.org/doc/html/rfc9112#section-6.1 */
export function refuseOtherCodings(fields: readonly Field[]): void {
  if (!hasOtherCoding(fields)) return
  throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'its only transfer coding may be "chunked"')
}
