import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '@wardgate/errors'
import type { ByteReader, ByteWriter } from '@wardgate/wire'
import { putU64, readString, readU64 } from '@wardgate/wire/openssh'
import { attributeFlags, maxHandleBytes, maxPathBytes } from './codes'

export interface Attributes {
  readonly size?: bigint
  readonly owner?: { readonly user: number; readonly group: number }
  readonly permissions?: number
  readonly times?: { readonly accessed: number; readonly modified: number }
}

export {
  putString as putBytes,
  putString as putText,
  putU64,
  readString as readBytes,
  readU64,
} from '@wardgate/wire/openssh'

/** A decision on a guessed or a cut path would be void: what is not UTF-8, or has a NUL in it, is refused. */
export function readPath(reader: ByteReader): string {
  const bytes = readString(reader)
  if (bytes.length > maxPathBytes) throw malformed(`a path longer than ${maxPathBytes} bytes`)
  if (!isUtf8(bytes)) throw malformed('a path that is not valid UTF-8')
  if (bytes.includes(0)) throw malformed('a path with a NUL character in it')
  return bytes.toString()
}

export function readHandle(reader: ByteReader): Buffer {
  const bytes = readString(reader)
  if (bytes.length > maxHandleBytes) throw malformed('a handle longer than 256 bytes')
  return bytes
}

export function readAttributes(reader: ByteReader): Attributes {
  const flags = reader.u32()
  const { size, owner, permissions, times } = attributeFlags
  if ((flags & ~(size | owner | permissions | times)) !== 0)
    throw malformed('attributes that nobody knows')
  return {
    ...(flags & size ? { size: readU64(reader) } : {}),
    ...(flags & owner ? { owner: { user: reader.u32(), group: reader.u32() } } : {}),
    ...(flags & permissions ? { permissions: reader.u32() } : {}),
    ...(flags & times ? { times: { accessed: reader.u32(), modified: reader.u32() } } : {}),
  }
}

export function putAttributes(writer: ByteWriter, attributes: Attributes): ByteWriter {
  const { size, owner, permissions, times } = attributes
  const bits = attributeFlags
  writer.u32(
    (size === undefined ? 0 : bits.size) |
      (owner === undefined ? 0 : bits.owner) |
      (permissions === undefined ? 0 : bits.permissions) |
      (times === undefined ? 0 : bits.times),
  )
  if (size !== undefined) putU64(writer, size)
  if (owner !== undefined) writer.u32(owner.user).u32(owner.group)
  if (permissions !== undefined) writer.u32(permissions)
  if (times !== undefined) writer.u32(times.accessed).u32(times.modified)
  return writer
}

/** For people and rules, such as `mode=0644 owner=0:0`. */
export function describeAttributes({ size, owner, permissions, times }: Attributes): string {
  return [
    ...(permissions === undefined
      ? []
      : [`mode=${(permissions & 0o7777).toString(8).padStart(4, '0')}`]),
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(owner === undefined ? [] : [`owner=${owner.user}:${owner.group}`]),
    ...(times === undefined ? [] : [`modified=${times.modified}`]),
  ].join(' ')
}

export function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `SFTP: ${what}`)
}
