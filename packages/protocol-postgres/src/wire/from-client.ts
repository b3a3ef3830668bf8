import { ProtocolError } from '@wardgate/errors'
import type { Parameter } from '@wardgate/gateway'
import { ByteReader } from '@wardgate/wire'
import { frame } from './frame'
import { fromClient } from './messages'

/** Reads of client messages take the body alone and consume it to its last byte. */
export interface ParseMessage {
  readonly name: string
  readonly text: string
  readonly types: readonly number[]
}

export interface BindMessage {
  readonly portal: string
  readonly statement: string
  /** None = all text, one = for all, else one each. */
  readonly formats: readonly number[]
  readonly values: readonly (Buffer | null)[]
  readonly resultFormats: readonly number[]
}

export interface NamedObject {
  readonly kind: 'statement' | 'portal'
  readonly name: string
}

export function readQuery(body: Buffer): string {
  const reader = new ByteReader(body)
  const text = reader.cstring()
  reader.expectEnd()
  return text
}

export function readParse(body: Buffer): ParseMessage {
  const reader = new ByteReader(body)
  const name = reader.cstring()
  const text = reader.cstring()
  const types = Array.from({ length: count(reader, 4) }, () => reader.u32())
  reader.expectEnd()
  return { name, text, types }
}

export function readBind(body: Buffer): BindMessage {
  const reader = new ByteReader(body)
  const portal = reader.cstring()
  const statement = reader.cstring()
  const formats = readFormats(reader)
  const values = Array.from({ length: count(reader, 4) }, () => readValue(reader))
  const resultFormats = readFormats(reader)
  reader.expectEnd()
  if (formats.length > 1 && formats.length !== values.length)
    throw malformed('as many parameter formats as parameters are needed')
  return { portal, statement, formats, values, resultFormats }
}

export function readNamedObject(body: Buffer): NamedObject {
  const reader = new ByteReader(body)
  const code = reader.u8()
  const name = reader.cstring()
  reader.expectEnd()
  if (code !== 0x53 && code !== 0x50) throw malformed('neither a statement nor a portal')
  return { kind: code === 0x53 ? 'statement' : 'portal', name }
}

export function readExecute(body: Buffer): { readonly portal: string; readonly maxRows: number } {
  const reader = new ByteReader(body)
  const portal = reader.cstring()
  const maxRows = reader.i32()
  reader.expectEnd()
  return { portal, maxRows }
}

export function readFunctionCall(body: Buffer): {
  readonly functionId: number
  readonly parameters: readonly Parameter[]
  readonly resultFormat: number
} {
  const reader = new ByteReader(body)
  const functionId = reader.u32()
  const formats = readFormats(reader)
  const values = Array.from({ length: count(reader, 4) }, () => readValue(reader))
  const resultFormat = reader.i16()
  reader.expectEnd()
  if (formats.length > 1 && formats.length !== values.length)
    throw malformed('as many argument formats as arguments are needed')
  return { functionId, parameters: bindParameters(values, formats, []), resultFormat }
}

export function bindParameters(
  values: readonly (Buffer | null)[],
  formats: readonly number[],
  types: readonly number[],
): Parameter[] {
  return values.map((value, index) => ({
    type: types[index] ?? 0,
    format: formatAt(formats, index),
    value,
  }))
}

/** None = all text, one = for all, else one each. */
export function formatAt(formats: readonly number[], index: number): 'text' | 'binary' {
  const code = formats.length === 1 ? formats[0] : formats[index]
  return code === 1 ? 'binary' : 'text'
}

export const flush = frame(fromClient.Flush)
export const sync = frame(fromClient.Sync)
export const terminate = frame(fromClient.Terminate)

export function query(text: string): Buffer {
  return frame(fromClient.Query, (body) => body.cstring(text))
}

export function parse({ name, text, types }: ParseMessage): Buffer {
  return frame(fromClient.Parse, (body) => {
    body.cstring(name).cstring(text).u16(types.length)
    for (const type of types) body.u32(type)
  })
}

export function bind(message: BindMessage): Buffer {
  return frame(fromClient.Bind, (body) => {
    body.cstring(message.portal).cstring(message.statement).u16(message.formats.length)
    for (const format of message.formats) body.i16(format)
    body.u16(message.values.length)
    for (const value of message.values)
      if (value === null) body.i32(-1)
      else body.i32(value.length).put(value)
    body.u16(message.resultFormats.length)
    for (const format of message.resultFormats) body.i16(format)
  })
}

export function describe({ kind, name }: NamedObject): Buffer {
  return frame(fromClient.Describe, (body) =>
    body.u8(kind === 'statement' ? 0x53 : 0x50).cstring(name),
  )
}

export function close({ kind, name }: NamedObject): Buffer {
  return frame(fromClient.Close, (body) =>
    body.u8(kind === 'statement' ? 0x53 : 0x50).cstring(name),
  )
}

export function execute(portal: string, maxRows: number): Buffer {
  return frame(fromClient.Execute, (body) => body.cstring(portal).i32(maxRows))
}

export function password(bytes: Uint8Array): Buffer {
  return frame(fromClient.Password, (body) => body.put(bytes))
}

function readFormats(reader: ByteReader): number[] {
  return Array.from({ length: count(reader, 2) }, () => {
    const format = reader.i16()
    if (format !== 0 && format !== 1) throw malformed(`unknown format code ${format}`)
    return format
  })
}

/** -1 = NULL; any other negative length is malformed. */
function readValue(reader: ByteReader): Buffer | null {
  const length = reader.i32()
  return length === -1 ? null : reader.slice(length)
}

/** Checked before anything is allocated for the items. */
function count(reader: ByteReader, itemBytes: number): number {
  const items = reader.u16()
  if (items * itemBytes > reader.remaining) throw malformed('more items than bytes')
  return items
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `malformed message: ${what}`)
}
