import { ProtocolError } from '@wardgate/errors'
import { ByteReader } from '@wardgate/wire'
import { frame } from './frame'
import { authentication, fromUpstream } from './messages'

export type TransactionStatus = 'idle' | 'active' | 'failed'

/** One output column; `format` is 0 (text) until a portal says otherwise. */
export interface FieldDescription {
  readonly name: string
  readonly table: number
  readonly attribute: number
  readonly type: number
  readonly format: 'text' | 'binary'
}

/** Fields of ErrorResponse and NoticeResponse by their one-letter code. */
export type ResponseFields = ReadonlyMap<string, string>

export function readRowDescription(body: Buffer): FieldDescription[] {
  const reader = new ByteReader(body)
  const fields = Array.from({ length: reader.u16() }, () => {
    const name = reader.cstring()
    const table = reader.u32()
    const attribute = reader.i16()
    const type = reader.u32()
    reader.slice(6)
    return { name, table, attribute, type, format: reader.i16() === 1 ? 'binary' : 'text' } as const
  })
  reader.expectEnd()
  return fields
}

export function readFields(body: Buffer): ResponseFields {
  const reader = new ByteReader(body)
  const fields = new Map<string, string>()
  for (let code = reader.u8(); code !== 0; code = reader.u8())
    fields.set(String.fromCharCode(code), lossyText(reader))
  return fields
}

/** A target may report an error before its encoding is settled, in any encoding: read it anyway. */
function lossyText(reader: ByteReader): string {
  const bytes: number[] = []
  for (let byte = reader.u8(); byte !== 0; byte = reader.u8()) bytes.push(byte)
  return Buffer.from(bytes).toString('utf8')
}

export function readParameterStatus(body: Buffer): {
  readonly name: string
  readonly value: string
} {
  const reader = new ByteReader(body)
  const name = reader.cstring()
  const value = reader.cstring()
  reader.expectEnd()
  return { name, value }
}

export function readTransactionStatus(code: number | undefined): TransactionStatus {
  if (code === 0x49) return 'idle'
  if (code === 0x54) return 'active'
  if (code === 0x45) return 'failed'
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'unknown transaction status')
}

export function readNotification(body: Buffer): {
  readonly processId: number
  readonly channel: string
  readonly payload: string
} {
  const reader = new ByteReader(body)
  const processId = reader.i32()
  const channel = reader.cstring()
  const payload = reader.cstring()
  reader.expectEnd()
  return { processId, channel, payload }
}

export function readCommandTag(body: Buffer): string {
  return body.toString('utf8', 0, body.length - 1)
}

/** CopyInResponse and CopyOutResponse. */
export function readCopyResponse(body: Buffer): {
  readonly binary: boolean
  readonly columns: number
} {
  const reader = new ByteReader(body)
  const binary = reader.u8() === 1
  const columns = reader.u16()
  reader.slice(columns * 2)
  reader.expectEnd()
  return { binary, columns }
}

export function responseWithFields(code: number, fields: ResponseFields): Buffer {
  return frame(code, (body) => {
    for (const [letter, text] of fields) body.text(letter).cstring(text)
    body.u8(0)
  })
}

export function notification(processId: number, channel: string, payload: string): Buffer {
  return frame(fromUpstream.NotificationResponse, (body) =>
    body.i32(processId).cstring(channel).cstring(payload),
  )
}

export function parameterStatus(name: string, value: string): Buffer {
  return frame(fromUpstream.ParameterStatus, (body) => body.cstring(name).cstring(value))
}

export function backendKeyData(key: Uint8Array): Buffer {
  return frame(fromUpstream.BackendKeyData, (body) => body.put(key))
}

export function readyForQuery(status: TransactionStatus): Buffer {
  const code = { idle: 'I', active: 'T', failed: 'E' }[status]
  return frame(fromUpstream.ReadyForQuery, (body) => body.text(code))
}

export const authenticationOk = frame(fromUpstream.Authentication, (body) =>
  body.i32(authentication.Ok),
)

export const authenticationCleartextPassword = frame(fromUpstream.Authentication, (body) =>
  body.i32(authentication.CleartextPassword),
)
