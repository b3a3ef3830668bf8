import { ProtocolError } from '@wardgate/errors'
import { ByteWriter } from '@wardgate/wire'

/** https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
export type CopyLayout = TextLayout | CsvLayout

interface TextLayout {
  readonly kind: 'text'
  readonly delimiter: number
  /** What stands for SQL NULL. */
  readonly absent: string
}

interface CsvLayout {
  readonly kind: 'csv'
  readonly delimiter: number
  readonly quote: number
  readonly escape: number
  readonly absent: string
}

const NEWLINE = 0x0a
const BACKSLASH = 0x5c
/** No value is written so: its backslash would be doubled. */
const certainMark = '\\N'

/** One cell as it was written, and what it says; null = SQL NULL. */
export interface CopyCell {
  readonly raw: Buffer
  readonly value: Buffer | null
}

/** The cells of one line. */
export function readCopyRow(line: Buffer, layout: CopyLayout): CopyCell[] {
  if (line.at(-1) !== NEWLINE)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a COPY message that is not one line')
  const row = line.subarray(0, -1)
  return layout.kind === 'text' ? readText(row, layout) : readCsv(row, layout)
}

export type NewCopyCell = { readonly raw: Buffer } | { readonly value: Uint8Array | null }

/** Cells that keep their bytes, and cells that are written anew. */
export function writeCopyRow(cells: readonly NewCopyCell[], layout: CopyLayout): Buffer {
  const writer = new ByteWriter(256)
  cells.forEach((cell, index) => {
    if (index > 0) writer.u8(layout.delimiter)
    if ('raw' in cell) writer.put(cell.raw)
    else if (layout.kind === 'text') writeTextCell(writer, cell.value, layout)
    else writeCsvCell(writer, cell.value, layout)
  })
  return writer.u8(NEWLINE).finish()
}

const escapes: Readonly<Record<number, number>> = {
  0x62: 8,
  0x66: 12,
  0x6e: 10,
  0x72: 13,
  0x74: 9,
  0x76: 11,
}
const letters = new Map(Object.entries(escapes).map(([letter, byte]) => [byte, Number(letter)]))

function readText(row: Buffer, { delimiter, absent }: TextLayout): CopyCell[] {
  // Any other mark can be a value too, and whoever chose it would see which rows hold it: then it counts as one.
  const mark = absent === certainMark ? Buffer.from(absent) : undefined
  const cells: CopyCell[] = []
  let cell: number[] = []
  let start = 0
  const end = (at: number) => {
    const raw = row.subarray(start, at)
    const isNull = mark !== undefined && raw.equals(mark)
    cells.push({ raw, value: isNull ? null : Buffer.from(cell) })
    cell = []
    start = at + 1
  }
  for (let at = 0; at < row.length; at += 1) {
    const byte = row[at] ?? 0
    if (byte === NEWLINE) throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'two COPY lines in one')
    if (byte === delimiter) end(at)
    else if (byte === BACKSLASH) {
      at += 1
      const next = row[at] ?? 0
      cell.push(escapes[next] ?? next)
    } else cell.push(byte)
  }
  end(row.length)
  return cells
}

function writeTextCell(
  writer: ByteWriter,
  cell: Uint8Array | null,
  { delimiter, absent }: TextLayout,
): void {
  if (cell === null) {
    writer.put(Buffer.from(absent))
    return
  }
  for (const byte of cell) {
    const letter = letters.get(byte)
    if (letter !== undefined) writer.u8(BACKSLASH).u8(letter)
    else if (byte === BACKSLASH || byte === delimiter) writer.u8(BACKSLASH).u8(byte)
    else writer.u8(byte)
  }
}

function readCsv(row: Buffer, { delimiter, quote, escape, absent }: CsvLayout): CopyCell[] {
  const mark = Buffer.from(absent)
  const cells: CopyCell[] = []
  let cell: number[] = []
  let start = 0
  let isQuoted = false
  let wasQuoted = false
  for (let at = 0; at <= row.length; at += 1) {
    const byte = row[at]
    if (byte === undefined || (byte === delimiter && !isQuoted)) {
      if (isQuoted)
        throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a COPY quote without its end')
      const raw = row.subarray(start, at)
      const isNull = !wasQuoted && raw.equals(mark)
      cells.push({ raw, value: isNull ? null : Buffer.from(cell) })
      cell = []
      start = at + 1
      wasQuoted = false
    } else if (isQuoted && byte === escape && isEscaped(row[at + 1], quote, escape)) {
      cell.push(row[at + 1] ?? 0)
      at += 1
    } else if (byte === quote) {
      isQuoted = !isQuoted
      wasQuoted = true
    } else cell.push(byte)
  }
  return cells
}

function isEscaped(byte: number | undefined, quote: number, escape: number): boolean {
  return byte === quote || byte === escape
}

function writeCsvCell(
  writer: ByteWriter,
  cell: Uint8Array | null,
  { quote, escape, absent }: CsvLayout,
): void {
  if (cell === null) {
    writer.put(Buffer.from(absent))
    return
  }
  writer.u8(quote)
  for (const byte of cell) {
    if (isEscaped(byte, quote, escape)) writer.u8(escape)
    writer.u8(byte)
  }
  writer.u8(quote)
}
