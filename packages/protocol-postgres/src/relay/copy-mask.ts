import { PolicyError, ProtocolError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import { ByteReader, ByteWriter } from '@wardgate/wire'
import { type CopyCell, type NewCopyCell, readCopyRow, writeCopyRow } from '../wire/copy-row'
import { readCopyFormat, type CopyFormat } from './copy-format'

type RowMasker = ReturnType<Permit['masker']>

/** PGCOPY\n\377\r\n\0, flags, length of the header extension. */
const BINARY_SIGNATURE = Buffer.from('5047434f50590aff0d0a00', 'hex')
const BINARY_HEADER_BYTES = BINARY_SIGNATURE.length + 8

/** Masks the rows of COPY TO STDOUT. PostgreSQL sends one row a message; anything else is refused. */
export class CopyMask {
  private readonly masker: RowMasker
  private readonly format: CopyFormat
  private readonly columns: number
  private isFirst = true

  constructor(masker: RowMasker, format: CopyFormat, columns: number) {
    this.masker = masker
    this.format = format
    this.columns = columns
  }

  get maskedCells(): number {
    return this.masker.maskedCells
  }

  get takesSteps(): boolean {
    return this.masker.takesSteps
  }

  /** Looks into the cells of a row before it is masked. */
  *ahead(data: Buffer): Generator<undefined, void, undefined> {
    if (this.isFirst && this.format.kind !== 'binary' && this.format.header) return
    for (const [index, cell] of this.cellsOf(data).entries())
      if (cell !== null && index < this.columns) yield* this.masker.ahead(index, cell)
  }

  private cellsOf(data: Buffer): readonly (Uint8Array | null)[] {
    if (this.format.kind !== 'binary')
      return readCopyRow(data, this.format).map(({ value }) => value)
    const reader = new ByteReader(data)
    if (this.isFirst) readBinaryHeader(reader)
    const count = reader.remaining === 0 ? 0 : reader.i16()
    return Array.from({ length: Math.max(count, 0) }, () => readBinaryCell(reader))
  }

  mask(data: Buffer): Buffer {
    const isFirst = this.isFirst
    this.isFirst = false
    if (this.format.kind === 'binary') return this.maskBinary(data, isFirst)
    if (isFirst && this.format.header) return data
    const cells = readCopyRow(data, this.format)
    this.expectColumns(cells.length)
    for (const index of this.masker.rowKeys) this.masker.see(index, cells[index]?.value ?? null)
    return writeCopyRow(
      cells.map((cell, index) => this.maskWritten(index, cell)),
      this.format,
    )
  }

  /** What nothing was taken from keeps the bytes that the target wrote: quoted or not, escaped as it was. */
  private maskWritten(index: number, cell: CopyCell): NewCopyCell {
    const value = this.maskCell(index, cell.value)
    return value === cell.value ? cell : { value }
  }

  private maskBinary(data: Buffer, isFirst: boolean): Buffer {
    const reader = new ByteReader(data)
    const writer = new ByteWriter(data.length + 64)
    if (isFirst) writer.put(readBinaryHeader(reader))
    if (reader.remaining === 0) return writer.finish()
    const count = reader.i16()
    writer.i16(count)
    // -1 is the trailer.
    if (count !== -1) {
      this.expectColumns(count)
      const cells = Array.from({ length: count }, () => readBinaryCell(reader))
      for (const index of this.masker.rowKeys) this.masker.see(index, cells[index] ?? null)
      for (const [index, cell] of cells.entries()) this.writeMasked(index, cell, writer)
    }
    reader.expectEnd()
    return writer.finish()
  }

  private writeMasked(index: number, read: Uint8Array | null, writer: ByteWriter): void {
    const cell = this.maskCell(index, read)
    if (cell === null) writer.i32(-1)
    else writer.i32(cell.length).put(cell)
  }

  private maskCell(index: number, cell: Uint8Array | null): Uint8Array | null {
    return this.masker.masked[index] === false ? cell : this.masker.mask(index, cell)
  }

  private expectColumns(count: number): void {
    if (count !== this.columns)
      throw new ProtocolError(
        'ERR_PROTOCOL_MALFORMED',
        'a COPY row of another width than announced',
      )
  }
}

function readBinaryCell(reader: ByteReader): Uint8Array | null {
  const length = reader.i32()
  return length === -1 ? null : reader.slice(length)
}

function readBinaryHeader(reader: ByteReader): Buffer {
  const header = reader.slice(BINARY_HEADER_BYTES)
  if (!header.subarray(0, BINARY_SIGNATURE.length).equals(BINARY_SIGNATURE) || header.at(-1) !== 0)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a COPY header that is not known')
  return header
}

/** How to mask what CopyOutResponse announces; undefined when nothing is masked. Throws when it cannot be done. */
export function createCopyMask(
  permit: Permit,
  text: string,
  response: { readonly binary: boolean; readonly columns: number },
): CopyMask | undefined {
  if (permit.unmasked === true) return undefined
  const columns = Array.from({ length: response.columns }, () => ({
    name: '',
    type: 0,
    table: 0,
    attribute: 0,
    format: response.binary ? ('binary' as const) : ('text' as const),
  }))
  const masker = permit.masker(columns)
  if (!masker.active) return undefined
  const format = readCopyFormat(text)
  if (format === undefined || (format.kind === 'binary') !== response.binary)
    throw new PolicyError(
      'ERR_POLICY_UNSUPPORTED_CAPABILITY',
      'masked columns cannot be copied with these options',
      { nextStep: 'Use SELECT, or COPY … TO STDOUT without options.' },
    )
  return new CopyMask(masker, format, response.columns)
}
