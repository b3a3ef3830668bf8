import { ByteReader, ByteWriter } from '@wardgate/wire'
import { requests } from './codes'
import {
  malformed,
  putAttributes,
  putBytes,
  putText,
  putU64,
  readAttributes,
  readHandle,
  readPath,
  readU64,
  type Attributes,
} from './fields'
import { lengthOf, type Frame } from './frames'

type PathKind = 'lstat' | 'stat' | 'opendir' | 'remove' | 'rmdir' | 'realpath' | 'readlink'
type HandleKind = 'close' | 'readdir'

/** What a client asks for, field by field. */
export type FileRequest = { readonly id: number } & (
  | {
      readonly kind: 'open'
      readonly path: string
      readonly flags: number
      readonly attributes: Attributes
    }
  | { readonly kind: PathKind; readonly path: string }
  | { readonly kind: 'setstat' | 'mkdir'; readonly path: string; readonly attributes: Attributes }
  | { readonly kind: 'rename'; readonly path: string; readonly destination: string }
  /** OpenSSH has the two in this order, other than the draft: what it points to comes first. */
  | { readonly kind: 'symlink'; readonly destination: string; readonly path: string }
  | { readonly kind: HandleKind; readonly handle: Buffer }
  | { readonly kind: 'fstat'; readonly handle: Buffer }
  | {
      readonly kind: 'read'
      readonly handle: Buffer
      readonly offset: bigint
      readonly length: number
    }
  | {
      readonly kind: 'write'
      readonly handle: Buffer
      readonly offset: bigint
      /** In pieces, as it came. */
      readonly data: readonly Buffer[]
    }
  | { readonly kind: 'fsetstat'; readonly handle: Buffer; readonly attributes: Attributes }
  | { readonly kind: 'posix-rename'; readonly path: string; readonly destination: string }
  /** What it points to comes first here too. */
  | { readonly kind: 'hardlink'; readonly destination: string; readonly path: string }
  | { readonly kind: 'statvfs'; readonly path: string }
  | { readonly kind: 'fsync'; readonly handle: Buffer }
  | { readonly kind: 'limits' }
  | { readonly kind: 'unknown'; readonly name: string }
)

/** Extensions that are spoken, by their names on the wire; what is not here is refused. */
export const extensions = {
  'posix-rename': 'posix-rename@openssh.com',
  hardlink: 'hardlink@openssh.com',
  statvfs: 'statvfs@openssh.com',
  fsync: 'fsync@openssh.com',
  limits: 'limits@openssh.com',
} as const

const kinds = new Map<number, keyof typeof requests>(
  Object.entries(requests).map(([kind, type]) => [type, kind as keyof typeof requests]),
)

/** Not `init`, which has no request id. */
export function parseRequest(frame: Frame): FileRequest {
  if (frame.head.readUInt8(4) === requests.write) return parseWrite(frame)
  const reader = new ByteReader(frame.whole(), 4)
  const type = reader.u8()
  const id = reader.u32()
  const request = { id, ...parseFields(kinds.get(type), reader, type) }
  if (request.kind !== 'unknown') reader.expectEnd()
  return request
}

/** Its content is not copied. */
function parseWrite(frame: Frame): FileRequest {
  const reader = new ByteReader(frame.head, 5)
  const id = reader.u32()
  const [handle, offset, length] = [readHandle(reader), readU64(reader), reader.u32()]
  if (length !== frame.length - reader.position) throw malformed('a write of another length')
  return { id, kind: 'write', handle, offset, data: frame.from(reader.position) }
}

type Fields<T = FileRequest> = T extends unknown ? Omit<T, 'id'> : never

function parseFields(
  kind: keyof typeof requests | undefined,
  reader: ByteReader,
  type: number,
): Fields {
  switch (kind) {
    case 'open': {
      const [path, flags] = [readPath(reader), reader.u32()]
      return { kind, path, flags, attributes: readAttributes(reader) }
    }
    case 'lstat':
    case 'stat':
    case 'opendir':
    case 'remove':
    case 'rmdir':
    case 'realpath':
    case 'readlink':
      return { kind, path: readPath(reader) }
    case 'setstat':
    case 'mkdir':
      return { kind, path: readPath(reader), attributes: readAttributes(reader) }
    case 'rename':
      return { kind, path: readPath(reader), destination: readPath(reader) }
    case 'symlink':
      return { kind, destination: readPath(reader), path: readPath(reader) }
    case 'close':
    case 'fstat':
    case 'readdir':
      return { kind, handle: readHandle(reader) }
    case 'read':
      return {
        kind,
        handle: readHandle(reader),
        offset: readU64(reader),
        length: reader.u32(),
      }
    case 'fsetstat':
      return { kind, handle: readHandle(reader), attributes: readAttributes(reader) }
    case 'extended':
      return parseExtended(readPath(reader), reader)
    case 'init':
    case 'write':
    case undefined:
      return { kind: 'unknown', name: `message ${type}` }
  }
}

function parseExtended(name: string, reader: ByteReader): Fields {
  switch (name) {
    case extensions['posix-rename']:
      return { kind: 'posix-rename', path: readPath(reader), destination: readPath(reader) }
    case extensions.hardlink:
      return { kind: 'hardlink', destination: readPath(reader), path: readPath(reader) }
    case extensions.statvfs:
      return { kind: 'statvfs', path: readPath(reader) }
    case extensions.fsync:
      return { kind: 'fsync', handle: readHandle(reader) }
    case extensions.limits:
      return { kind: 'limits' }
    default:
      return { kind: 'unknown', name }
  }
}

/** The frame for the target: written anew from what was decided, with ids and handles of its own. */
export function encodeRequest(
  request: FileRequest,
  id: number,
  handle: Uint8Array,
): readonly Uint8Array[] {
  const writer = new ByteWriter(512).u32(0)
  putFields(writer, request, id, handle)
  const content = request.kind === 'write' ? request.data : []
  const length = writer.length - 4 + lengthOf(content)
  return [writer.patchI32(0, length).finish(), ...content]
}

function putFields(
  writer: ByteWriter,
  request: FileRequest,
  id: number,
  handle: Uint8Array,
): ByteWriter {
  const begin = (type: number) => writer.u8(type).u32(id)
  const extended = (name: string) => putText(begin(requests.extended), name)
  switch (request.kind) {
    case 'open':
      putText(begin(requests.open), request.path).u32(request.flags)
      return putAttributes(writer, request.attributes)
    case 'lstat':
    case 'stat':
    case 'opendir':
    case 'remove':
    case 'rmdir':
    case 'realpath':
    case 'readlink':
      return putText(begin(requests[request.kind]), request.path)
    case 'setstat':
    case 'mkdir':
      return putAttributes(putText(begin(requests[request.kind]), request.path), request.attributes)
    case 'rename':
      return putText(putText(begin(requests.rename), request.path), request.destination)
    case 'symlink':
      return putText(putText(begin(requests.symlink), request.destination), request.path)
    case 'close':
    case 'fstat':
    case 'readdir':
      return putBytes(begin(requests[request.kind]), handle)
    case 'read':
      return putU64(putBytes(begin(requests.read), handle), request.offset).u32(request.length)
    case 'write':
      putU64(putBytes(begin(requests.write), handle), request.offset)
      return writer.u32(lengthOf(request.data))
    case 'fsetstat':
      return putAttributes(putBytes(begin(requests.fsetstat), handle), request.attributes)
    case 'posix-rename':
      return putText(
        putText(extended(extensions['posix-rename']), request.path),
        request.destination,
      )
    case 'hardlink':
      return putText(putText(extended(extensions.hardlink), request.destination), request.path)
    case 'statvfs':
      return putText(extended(extensions.statvfs), request.path)
    case 'fsync':
      return putBytes(extended(extensions.fsync), handle)
    case 'limits':
      return extended(extensions.limits)
    case 'unknown':
      return writer
  }
}
