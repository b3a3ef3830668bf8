import { ProtocolError } from '@wardgate/errors'
import { ByteReader } from '@wardgate/wire'
import { fromUpstream, PROTOCOL_MAJOR, PROTOCOL_NEWEST_MINOR, requests } from './messages'
import { frame, untaggedFrame } from './frame'
import { MAX_CANCEL_SECRET_BYTES } from './limits'

export type InitialMessage =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gssenc' }
  /** `key` = process id and secret, as BackendKeyData gave them. */
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | {
      readonly kind: 'startup'
      readonly minor: number
      readonly parameters: ReadonlyMap<string, string>
    }

/** The body of an untagged message: everything after its length. */
export function readInitialMessage(body: Buffer): InitialMessage {
  const reader = new ByteReader(body)
  const code = reader.u32()
  if (code === requests.SSL) return empty(reader, { kind: 'ssl' })
  if (code === requests.GSSENC) return empty(reader, { kind: 'gssenc' })
  if (code === requests.Cancel) {
    if (reader.remaining < 8 || reader.remaining > 4 + MAX_CANCEL_SECRET_BYTES)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'malformed cancel request')
    return { kind: 'cancel', key: reader.rest() }
  }
  if (code >>> 16 !== PROTOCOL_MAJOR)
    throw new ProtocolError(
      'ERR_PROTOCOL_UNSUPPORTED',
      `unsupported protocol version ${code >>> 16}.${code & 0xffff}: 3.0 to 3.2 are spoken`,
    )
  return { kind: 'startup', minor: code & 0xffff, parameters: readParameters(reader) }
}

function empty(reader: ByteReader, message: InitialMessage): InitialMessage {
  reader.expectEnd()
  return message
}

/** A name given twice has two meanings on two sides: refused. */
function readParameters(reader: ByteReader): Map<string, string> {
  const parameters = new Map<string, string>()
  for (;;) {
    const name = reader.cstring()
    if (name === '') break
    if (parameters.has(name))
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `startup parameter given twice: ${name}`)
    parameters.set(name, reader.cstring())
  }
  reader.expectEnd()
  return parameters
}

export function startupMessage(parameters: Iterable<readonly [string, string]>): Buffer {
  return untaggedFrame((body) => {
    body.u32(PROTOCOL_MAJOR << 16)
    for (const [name, value] of parameters) body.cstring(name).cstring(value)
    body.u8(0)
  })
}

export function sslRequest(): Buffer {
  return untaggedFrame((body) => body.u32(requests.SSL))
}

export function cancelRequest(key: Uint8Array): Buffer {
  return untaggedFrame((body) => body.u32(requests.Cancel).put(key))
}

/** Names the version that is spoken: never a newer one than was asked for. */
export function negotiateProtocolVersion(minor: number, unknownOptions: readonly string[]): Buffer {
  return frame(fromUpstream.NegotiateProtocolVersion, (body) => {
    body.u32((PROTOCOL_MAJOR << 16) | Math.min(minor, PROTOCOL_NEWEST_MINOR))
    body.i32(unknownOptions.length)
    for (const option of unknownOptions) body.cstring(option)
  })
}
