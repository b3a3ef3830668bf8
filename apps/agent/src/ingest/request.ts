import type { Batch } from '../spool/reader'
import { ProtoWriter } from '../spool/proto-writer'

/** The batch as a serialised wardgate.v1.IngestRequest: the records go out as they are on disk, never decoded. */
export function encodeIngestRequest(spoolId: string, batch: Batch): Buffer {
  const writer = new ProtoWriter(batch.bytes + batch.payloads.length * 8 + 256)
  writer.string(1, spoolId)
  for (const payload of batch.payloads) writer.presentBytes(2, payload)
  return writer.buffer.subarray(0, writer.position)
}
