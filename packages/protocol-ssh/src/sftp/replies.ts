import { ByteReader, ByteWriter } from '@wardgate/wire'
import { isRegularFile, takeAttributes, withSize } from './attributes-frame'
import { maxFrameBytes, maxOpenFiles, replies, requests, statuses, version } from './codes'
import { malformed, putBytes, putText, putU64, readBytes } from './fields'
import type { Frame } from './frames'
import { extensions } from './requests'

/** What the target answered. */
export interface Reply {
  readonly type: number
  /** Everything after the request id. */
  readonly body: Buffer
  /** As it came, when it did; used for nothing else afterwards. */
  readonly frame?: Frame
}

/** An answer of the target's; its body is copied together when it is asked for. */
export class TargetReply implements Reply {
  readonly type: number
  readonly id: number
  readonly frame: Frame

  constructor(frame: Frame) {
    const reader = new ByteReader(frame.head, 4)
    this.type = reader.u8()
    this.id = reader.u32()
    this.frame = frame
  }

  get body(): Buffer {
    return this.frame.whole().subarray(9)
  }
}

/** The same answer under the client's own request id. What is large is not copied. */
export function readdressed(id: number, reply: Reply): readonly Buffer[] {
  const { frame } = reply
  if (frame === undefined) return [frameOf(reply.type, id, reply.body)]
  frame.head.writeUInt32BE(id, 5)
  return frame.pieces
}

/** The content that a READ is answered with. */
export function contentOf(reply: Reply): readonly Buffer[] {
  const { frame } = reply
  if (frame === undefined) return [bytesOf(reply)]
  const reader = new ByteReader(frame.head, 9)
  if (reader.u32() !== frame.length - reader.position) throw malformed('data of another length')
  return frame.from(reader.position)
}

export function statusOf(reply: Reply): { code: number; message: string } | undefined {
  if (reply.type !== replies.status) return undefined
  const reader = new ByteReader(reply.body)
  const code = reader.u32()
  return { code, message: reader.remaining > 0 ? readBytes(reader).toString() : '' }
}

export function bytesOf({ body }: Reply): Buffer {
  const reader = new ByteReader(body)
  const bytes = readBytes(reader)
  reader.expectEnd()
  return bytes
}

export function frameOf(type: number, id: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(9 + body.length)
  bytes.writeUInt32BE(5 + body.length, 0)
  bytes.writeUInt8(type, 4)
  bytes.writeUInt32BE(id, 5)
  bytes.set(body, 9)
  return bytes
}

export function statusFrame(id: number, code: number, message: string): Buffer {
  const writer = new ByteWriter().u32(code)
  return frameOf(replies.status, id, putText(putText(writer, message), 'en').finish())
}

export function handleFrame(id: number, handle: Uint8Array): Buffer {
  return frameOf(replies.handle, id, putBytes(new ByteWriter(), handle).finish())
}

export function dataFrame(id: number, data: Uint8Array): Buffer {
  return frameOf(replies.data, id, putBytes(new ByteWriter(data.length + 4), data).finish())
}

export function eofFrame(id: number): Buffer {
  return statusFrame(id, statuses.eof, 'end of file')
}

/**
 * The answer to limits@openssh.com: bytes of a message, of a read and of a write, and open handles. OpenSSH asks for no
 * more than 32 KiB at once where it is not told that it may. A target may answer a long read with less; what it does
 * with a long write nobody knows, so those stay as short as every server takes them.
 */
export function limitsFrame(id: number): Buffer {
  const writer = new ByteWriter(32)
  for (const limit of [maxFrameBytes, maxFrameBytes - 1024, 32 * 1024, maxOpenFiles])
    putU64(writer, BigInt(limit))
  return frameOf(replies.extendedReply, id, writer.finish())
}

/** The first message of each side carries the version where others carry an id. */
export function versionFrame(): Buffer {
  const writer = new ByteWriter()
  for (const name of Object.values(extensions))
    putText(putText(writer, name), name === extensions.statvfs ? '2' : '1')
  return frameOf(replies.version, version, writer.finish())
}

export function initFrame(): Buffer {
  return frameOf(requests.init, version, Buffer.alloc(0))
}

/**
 * Names and their long forms (section 7) as the client may see them. Where files are masked their sizes are those of the
 * target's content, which nobody gets: they are left out of the attributes.
 */
export function maskNames(
  body: Buffer,
  mask: (text: string) => string,
  hidesSizes: boolean,
): Buffer {
  const reader = new ByteReader(body)
  const count = reader.u32()
  const writer = new ByteWriter(body.length + 64).u32(count)
  for (let at = 0; at < count; at++) {
    putText(writer, mask(readBytes(reader).toString()))
    putText(writer, mask(readBytes(reader).toString()))
    const attributes = takeAttributes(reader)
    const hides = hidesSizes && isRegularFile(attributes)
    writer.put(hides ? withSize(attributes, undefined) : attributes)
  }
  return writer.finish()
}
