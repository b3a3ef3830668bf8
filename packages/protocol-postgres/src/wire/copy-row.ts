import { ProtocolError } from '@wardgate/errors'
import { ByteWriter } from '@wardgate/wire'

/** https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
export interface CopyLayout {
  readonly kind: 'text' | 'csv'
  readonly delimiter: number
}

const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const QUOTE = 0x22

/** One cell as it was written, and what it says; null = SQL NULL (`\N` in text, nothing at all in CSV). */
export interface CopyCell {
  readonly raw: Buffer
  readonly value: Buffer | null
}

/** The cells of one line. */
export function readCopyRow(line: Buffer, layout: CopyLayout): CopyCell[] {
  if (line.at(-1) !== NEWLINE)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a COPY message that is not one line')
  const row = line.subarray(0, -1)
  return layout.kind === 'text' ? readText(row, layout.delimiter) : readCsv(row, layout.delimiter)
}

export type NewCopyCell = { readonly raw: Buffer } | { readonly value: Uint8Array | null }

/** Cells that keep their bytes, and cells that are written anew. */
export function writeCopyRow(cells: readonly NewCopyCell[], layout: CopyLayout): Buffer {
  const writer = new ByteWriter(256)
  cells.forEach((cell, index) => {
    if (index > 0) writer.u8(layout.delimiter)
    if ('raw' in cell) writer.put(cell.raw)
    else if (layout.kind === 'text') writeTextCell(writer, cell.value, layout.delimiter)
    else writeCsvCell(writer, cell.value)
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

function readText(row: Buffer, delimiter: number): CopyCell[] {
  const cells: CopyCell[] = []
  let cell: number[] = []
  let start = 0
  const end = (at: number) => {
    const isNull = at - start === 2 && row[start] === BACKSLASH && row[start + 1] === 0x4e
    cells.push({ raw: row.subarray(start, at), value: isNull ? null : Buffer.from(cell) })
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

function writeTextCell(writer: ByteWriter, cell: Uint8Array | null, delimiter: number): void {
  if (cell === null) {
    writer.u8(BACKSLASH).u8(0x4e)
    return
  }
  for (const byte of cell) {
    const letter = letters.get(byte)
    if (letter !== undefined) writer.u8(BACKSLASH).u8(letter)
    else if (byte === BACKSLASH || byte === delimiter) writer.u8(BACKSLASH).u8(byte)
    else writer.u8(byte)
  }
}

function readCsv(row: Buffer, delimiter: number): CopyCell[] {
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
      const isNull = cell.length === 0 && !wasQuoted
      cells.push({ raw: row.subarray(start, at), value: isNull ? null : Buffer.from(cell) })
      cell = []
      start = at + 1
      wasQuoted = false
    } else if (byte === QUOTE) {
      if (isQuoted && row[at + 1] === QUOTE) {
        cell.push(QUOTE)
        at += 1
      } else {
        isQuoted = !isQuoted
        wasQuoted = true
      }
    } else cell.push(byte)
  }
  return cells
}

function writeCsvCell(writer: ByteWriter, cell: Uint8Array | null): void {
  if (cell === null) return
  writer.u8(QUOTE)
  for (const byte of cell) {
    if (byte === QUOTE) writer.u8(QUOTE)
    writer.u8(byte)
  }
  writer.u8(QUOTE)
}
