import type { ByteReader } from '../byte-reader'
import type { ByteWriter } from '../byte-writer'

/** Of RFC 4251 section 5: a length and so many bytes. */
export function readString(reader: ByteReader): Buffer {
  return reader.slice(reader.u32())
}

export function putString(writer: ByteWriter, content: Uint8Array | string): ByteWriter {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return writer.u32(bytes.length).put(bytes)
}

export function readU64(reader: ByteReader): bigint {
  return (BigInt(reader.u32()) << 32n) | BigInt(reader.u32())
}

export function putU64(writer: ByteWriter, value: bigint): ByteWriter {
  return writer.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn))
}
