import { ProtocolError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { ByteWriter } from '@wardgate/wire'
import type { ClientOutput } from './client-output'

type RowMasker = ReturnType<Permit['masker']>

/** A DataRow, header included, in a chunk that is ours to change. */
export interface Row {
  readonly source: Buffer
  readonly at: number
  readonly size: number
}

/**
 * Shows a row with its cells masked. Masks that take as many bytes are written into the source itself, and a row with
 * no others is shown as it lies; around the others the unmasked runs are copied. The row's width must be the one that
 * the masker was made for.
 */
export function maskRow({ source, at, size }: Row, masker: RowMasker, output: ClientOutput): void {
  const end = at + size
  const columns = size < 7 ? -1 : source.readUInt16BE(at + 5)
  if (columns !== masker.masked.length) throw malformed()
  if (masker.rowKeys.length > 0) showKeys(source, at + 7, end, masker)
  let changed: ChangedRow | undefined
  let cellAt = at + 7
  for (let index = 0; index < columns; index += 1) {
    if (cellAt + 4 > end) throw malformed()
    const length = source.readInt32BE(cellAt)
    const next = cellAt + 4 + Math.max(0, length)
    if (length < -1 || next > end) throw malformed()
    if (masker.masked[index] === true) {
      const isPatched = length !== -1 && masker.maskInPlace(index, source, cellAt + 4, next)
      if (!isPatched) {
        const cell = length === -1 ? null : source.subarray(cellAt + 4, next)
        const shown = masker.mask(index, cell)
        if (shown !== cell) {
          changed ??= new ChangedRow(source, at, output.writer())
          changed.replace(cellAt, next, shown)
        }
      }
    }
    cellAt = next
  }
  if (cellAt !== end) throw malformed()
  if (changed === undefined) output.keep(at, end)
  else changed.finish(end)
}

function showKeys(source: Buffer, start: number, end: number, masker: RowMasker): void {
  for (const { index, cell } of cellsOf(source, start, end, masker.masked.length))
    if (masker.rowKeys.includes(index)) masker.see(index, cell)
}

export interface Cell {
  readonly index: number
  readonly cell: Buffer | null
}

/** The cells of a row that lie in `source[start, end)`, as many as there are up to `columns`. */
export function* cellsOf(
  source: Buffer,
  start: number,
  end: number,
  columns: number,
): Generator<Cell, void, undefined> {
  let cellAt = start
  for (let index = 0; index < columns && cellAt + 4 <= end; index += 1) {
    const length = source.readInt32BE(cellAt)
    const next = cellAt + 4 + Math.max(0, length)
    if (length < -1 || next > end) throw malformed()
    yield { index, cell: length === -1 ? null : source.subarray(cellAt + 4, next) }
    cellAt = next
  }
}

/** A row that becomes longer or shorter. */
class ChangedRow {
  private readonly source: Buffer
  private readonly writer: ByteWriter
  private readonly lengthAt: number
  private copied: number

  constructor(source: Buffer, at: number, writer: ByteWriter) {
    this.source = source
    this.writer = writer
    this.lengthAt = writer.length + 1
    this.copied = at
  }

  replace(start: number, end: number, shown: Uint8Array | null): void {
    this.writer.copy(this.source, this.copied, start)
    if (shown === null) this.writer.i32(-1)
    else this.writer.i32(shown.length).put(shown)
    this.copied = end
  }

  finish(end: number): void {
    this.writer.copy(this.source, this.copied, end)
    this.writer.patchI32(this.lengthAt, this.writer.length - this.lengthAt)
  }
}

function malformed(): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    'the target sent a row that is not well formed',
  )
}
