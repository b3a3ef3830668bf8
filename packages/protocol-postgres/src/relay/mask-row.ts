import { ProtocolError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { ByteWriter } from '@wardgate/wire'

type RowMasker = ReturnType<Permit['masker']>

/**
 * Writes the DataRow at `source[at, at + size)` with its cells masked: runs of unmasked cells are copied as they
 * are. The row's width must be the one that the masker was made for.
 */
export function maskRow(
  source: Buffer,
  at: number,
  size: number,
  masker: RowMasker,
  writer: ByteWriter,
): void {
  const end = at + size
  const columns = size < 7 ? -1 : source.readUInt16BE(at + 5)
  if (columns !== masker.masked.length) throw malformed()
  const lengthAt = writer.length + 1
  let copied = at
  let cellAt = at + 7
  for (let index = 0; index < columns; index += 1) {
    if (cellAt + 4 > end) throw malformed()
    const length = source.readInt32BE(cellAt)
    const next = cellAt + 4 + Math.max(0, length)
    if (length < -1 || next > end) throw malformed()
    if (masker.masked[index] === true) {
      const cell = length === -1 ? null : source.subarray(cellAt + 4, next)
      const shown = masker.mask(index, cell)
      if (shown !== cell) {
        writer.copy(source, copied, cellAt)
        if (shown === null) writer.i32(-1)
        else writer.i32(shown.length).put(shown)
        copied = next
      }
    }
    cellAt = next
  }
  if (cellAt !== end) throw malformed()
  writer.copy(source, copied, end)
  writer.patchI32(lengthAt, writer.length - lengthAt)
}

function malformed(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    'the target sent a row that is not well formed',
  )
}
