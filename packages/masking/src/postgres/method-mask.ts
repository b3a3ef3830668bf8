import { asBuffer } from '../bytes'
import type { KeyedDigest } from '../methods/keyed'
import { hashText, maskText, shownDigestBytes } from '../methods/mask-value'
import { partialBytes, patchPartial } from '../methods/partial'
import type { Column, MaskMethod } from '../plan'
import { mapBinaryArray, mapTextArray, type ElementMask } from './array'
import { postgresType, type PostgresType } from './types'

/** The cell as the client may see it; null = SQL NULL. */
export type CellMask = (cell: Uint8Array) => Uint8Array | null

/** How a method changes every cell of a column, so that the cell still decodes as the column's type. */
export function methodMask(column: Column, method: MaskMethod, digest: KeyedDigest): CellMask {
  return maskOfType(postgresType(column.type), column.format, method, digest)
}

/** Changes the cell `bytes[start, end)` where it lies; false = it cannot, and nothing was changed. */
export type CellPatch = (bytes: Uint8Array, start: number, end: number) => boolean

/** Undefined = the method changes how long a cell is. */
export function methodPatch(column: Column, method: MaskMethod | undefined): CellPatch | undefined {
  if (method?.kind !== 'partial') return undefined
  const { content, element } = postgresType(column.type)
  if (content !== 'text' || element !== undefined) return undefined
  return (bytes, start, end) => patchPartial({ bytes, start, end }, method)
}

/** The value that stands for any redacted one of the type. */
export function redactedCell(type: PostgresType, format: Column['format']): Buffer | null {
  if (format === 'binary') return type.redactedBinary
  return type.redactedText === null ? null : Buffer.from(type.redactedText)
}

function maskOfType(
  type: PostgresType,
  format: Column['format'],
  method: MaskMethod,
  digest: KeyedDigest,
): CellMask {
  const constant = redactedCell(type, format)
  if (method.kind === 'null') return () => null
  if (method.kind === 'redact') return () => constant
  if (type.element !== undefined) {
    if (!hasShape(type.element, method)) return () => constant
    return arrayMask(format, maskOfType(type.element, format, method, digest), constant)
  }
  if (type.content === 'text') return textMask(method, digest)
  if (!hasShape(type, method)) return () => constant
  return (cell) => digestOfType(type, format, asBuffer(cell), digest) ?? constant
}

/** Whether the method keeps anything of such a value; what it cannot be applied to is redacted. */
function hasShape(type: PostgresType, method: MaskMethod): boolean {
  if (type.content === 'text') return true
  return method.kind !== 'partial' && type.content !== 'plain' && type.content !== 'mixed'
}

function textMask(method: MaskMethod, digest: KeyedDigest): CellMask {
  if (method.kind === 'partial') return (cell) => partialBytes(cell, method)
  if (method.kind === 'hash') return (cell) => Buffer.from(hashText(cell, digest), 'latin1')
  return (cell) => {
    const masked = maskText(asBuffer(cell).toString('utf8'), method, digest)
    return masked === null ? null : Buffer.from(masked)
  }
}

export function arrayMask(
  format: Column['format'],
  element: ElementMask,
  otherwise: Buffer | null,
): CellMask {
  if (format === 'binary') {
    return (cell) => {
      const masked = mapBinaryArray(asBuffer(cell), element)
      return masked === undefined ? otherwise : masked
    }
  }
  // Byte for byte, so that an array in any client encoding comes back as it was.
  const ofText = (text: string) => {
    const before = Buffer.from(text, 'latin1')
    const masked = element(before)
    return masked === null ? null : masked === before ? text : asBuffer(masked).toString('latin1')
  }
  return (cell) => {
    const literal = asBuffer(cell).toString('latin1')
    const masked = mapTextArray(literal, ofText)
    if (masked === undefined) return otherwise
    return masked === literal ? cell : Buffer.from(masked, 'latin1')
  }
}

const int4Bits = 31
const int8Bits = 48

/** A keyed digest in the type's own range, of the value and not of its format: joinable across both. */
function digestOfType(
  type: PostgresType,
  format: Column['format'],
  cell: Buffer,
  digest: KeyedDigest,
): Buffer | undefined {
  switch (type.content) {
    case 'int4':
      return digestOfInteger(cell, format, 4, int4Bits, digest)
    case 'int8':
      return digestOfInteger(cell, format, 8, int8Bits, digest)
    case 'uuid': {
      const hex = format === 'binary' ? cell.toString('hex') : cell.toString('latin1')
      const value = Buffer.from(hex.replaceAll('-', '').toLowerCase())
      const bytes = digest(value).subarray(0, shownDigestBytes)
      if (format === 'binary') return bytes
      return Buffer.from(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
    }
    case 'bytea': {
      const value = format === 'binary' ? cell : Buffer.from(cell.toString('latin1', 2), 'hex')
      const bytes = digest(value).subarray(0, shownDigestBytes)
      return format === 'binary' ? bytes : Buffer.from(`\\x${bytes.toString('hex')}`)
    }
    case 'json':
      return Buffer.from(`"${hashText(cell, digest)}"`)
    case 'jsonb': {
      if (format === 'text') return Buffer.from(`"${hashText(cell, digest)}"`)
      return Buffer.from(`\u0001"${hashText(cell.subarray(1), digest)}"`)
    }
    default:
      return undefined
  }
}

function digestOfInteger(
  cell: Buffer,
  format: Column['format'],
  width: 4 | 8,
  bits: number,
  digest: KeyedDigest,
): Buffer | undefined {
  if (format === 'binary' && cell.length !== width) return undefined
  const value =
    format === 'text'
      ? cell.toString('latin1')
      : String(width === 4 ? cell.readInt32BE() : cell.readBigInt64BE())
  const masked = digest(Buffer.from(value)).readUIntBE(0, 6) % 2 ** bits
  // The one value in two thousand million that would stand for itself.
  const shown = String(masked) === value ? (masked + 1) % 2 ** bits : masked
  if (format === 'text') return Buffer.from(String(shown))
  const out = Buffer.alloc(width)
  if (width === 4) out.writeInt32BE(shown)
  else out.writeBigInt64BE(BigInt(shown))
  return out
}
