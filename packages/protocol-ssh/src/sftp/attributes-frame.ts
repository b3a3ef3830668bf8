import { ByteReader, ByteWriter } from '@wardgate/wire'
import { attributeFlags } from './codes'
import { putBytes, putU64, readBytes } from './fields'

const fileType = 0o170000
const regularFile = 0o100000

/** Whether ATTRS (section 5) say that it is a regular file: other kinds have no content that is masked. */
export function isRegularFile(attributes: Buffer): boolean {
  const reader = new ByteReader(attributes)
  const flags = reader.u32()
  if (flags & attributeFlags.size) reader.slice(8)
  if (flags & attributeFlags.owner) reader.slice(8)
  return (flags & attributeFlags.permissions) !== 0 && (reader.u32() & fileType) === regularFile
}

/** ATTRS with another size, or with none: then it is not known. */
export function withSize(attributes: Buffer, size: number | undefined): Buffer {
  const reader = new ByteReader(attributes)
  const writer = new ByteWriter(attributes.length)
  copyWithSize(reader, writer, size)
  return Buffer.from(writer.put(reader.rest()).finish())
}

function copyWithSize(reader: ByteReader, writer: ByteWriter, size: number | undefined): void {
  const flags = reader.u32()
  if ((flags & attributeFlags.size) === 0) {
    writer.u32(flags)
    return
  }
  reader.slice(8)
  if (size === undefined) writer.u32((flags & ~attributeFlags.size) >>> 0)
  else putU64(writer.u32(flags), BigInt(size))
}

/** ATTRS as they are, with the extended pairs that a server may add. */
export function takeAttributes(reader: ByteReader): Buffer {
  const writer = new ByteWriter()
  const flags = reader.u32()
  writer.u32(flags)
  const { size, owner, permissions, times, extended } = attributeFlags
  for (const [flag, bytes] of [
    [size, 8],
    [owner, 8],
    [permissions, 4],
    [times, 8],
  ] as const)
    if (flags & flag) writer.put(reader.slice(bytes))
  if (flags >= extended) {
    const pairs = reader.u32()
    writer.u32(pairs)
    for (let at = 0; at < pairs * 2; at++) putBytes(writer, readBytes(reader))
  }
  return Buffer.from(writer.finish())
}
