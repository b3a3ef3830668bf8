import { crc32 } from 'node:zlib'
import { AuditError } from '@wardgate/errors'
import { encodeRecord } from './encode'
import { frameHeaderBytes, maximumRecordBytes } from './frame'
import type { ProtoWriter } from './proto-writer'
import type { AnyEntry } from './record'

/** Appends the entry to what is to be written. Throws behind a half written one, which the caller takes back. */
export function writeFrame(
  writer: ProtoWriter,
  sequence: number,
  micros: number,
  entry: AnyEntry,
): void {
  writer.reserve(frameHeaderBytes)
  const start = writer.position
  writer.position += frameHeaderBytes
  encodeRecord(writer, sequence, micros, entry)
  const length = writer.position - start - frameHeaderBytes
  if (length > maximumRecordBytes) {
    throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'the entry is larger than a record may be')
  }
  writer.uint32le(start, length)
  const payload = writer.buffer.subarray(start + frameHeaderBytes, writer.position)
  writer.uint32le(start + 4, crc32(payload))
}
