import { asBuffer } from '../bytes'
import type { KeyedDigest } from '../methods/keyed'
import { hashText, maskText } from '../methods/mask-value'
import { partialBytes, patchPartial } from '../methods/partial'
import type { Column, MaskMethod, ValueMethod } from '../plan'
import type { ValueMasks } from '../streams/value-masks'
import { mapBinaryArray, mapTextArray, type ElementMask } from './array'
import { jsonPlacesMask } from './json-places'
import { keyedCells } from './keyed-cells'
import { shiftCell } from './time-cells'
import { postgresType, type CellMask, type PostgresType } from './types'

/** What the masks of one result share. */
export interface MaskContext {
  readonly digest: KeyedDigest
  /** Masks at these places of JSON, and detectors on the rest of it. */
  readonly within: (parts: WithinParts) => ValueMasks
}

type WithinParts = Extract<MaskMethod, { kind: 'within' }>['parts']

/** How a method changes every cell of a column, so that the cell still decodes as the column's type. */
export function methodMask(column: Column, method: MaskMethod, context: MaskContext): CellMask {
  return maskOfType(postgresType(column.type), column.format, method, context)
}

/** Changes the cell `bytes[start, end)` where it lies; false = it cannot, and nothing was changed. */
export type CellPatch = (bytes: Uint8Array, start: number, end: number) => boolean

/** Undefined = the method changes how long a cell is. */
export function methodPatch(column: Column, method: MaskMethod | undefined): CellPatch | undefined {
  if (method?.kind !== 'partial' || method.width !== undefined) return undefined
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
  context: MaskContext,
): CellMask {
  const constant = redactedCell(type, format)
  if (method.kind === 'null') return () => null
  if (method.kind === 'redact') return () => constant
  if (type.element !== undefined) {
    if (!hasShape(type.element, method)) return () => constant
    return arrayMask(format, maskOfType(type.element, format, method, context), constant)
  }
  if (!hasShape(type, method)) return () => constant
  if (method.kind === 'within') {
    const start = type.content === 'jsonb' && format === 'binary' ? 1 : 0
    return jsonPlacesMask(context.within(method.parts), start, constant)
  }
  if (type.content === 'text') return textMask(method, context.digest)
  return typedMask(type, format, method, context.digest)
}

/** Whether the method keeps anything of such a value; what it cannot be applied to is redacted. */
function hasShape({ content }: PostgresType, { kind }: MaskMethod): boolean {
  switch (kind) {
    case 'hash':
    case 'tokenize':
      return content === 'text' || keyedCells[content] !== undefined
    case 'shift':
      return content === 'text' || content === 'date' || content === 'timestamp'
    case 'within':
      return content === 'text' || content === 'json' || content === 'jsonb'
    case 'partial':
      return content === 'text'
    case 'redact':
    case 'null':
      return true
  }
}

function textMask(method: ValueMethod, digest: KeyedDigest): CellMask {
  if (method.kind === 'partial') return (cell) => partialBytes(cell, method)
  if (method.kind === 'hash') return (cell) => Buffer.from(hashText(cell, digest), 'latin1')
  return (cell) => {
    const masked = maskText(asBuffer(cell).toString('utf8'), method, digest)
    return masked === null ? null : Buffer.from(masked)
  }
}

function typedMask(
  type: PostgresType,
  format: Column['format'],
  method: ValueMethod,
  digest: KeyedDigest,
): CellMask {
  const { content } = type
  const constant = redactedCell(type, format)
  if (method.kind === 'shift' && (content === 'date' || content === 'timestamp')) {
    const shift = { days: method.days, digest }
    return (cell) => shiftCell(asBuffer(cell), content, format, shift) ?? constant
  }
  const keyed = keyedCells[content]
  if (keyed === undefined || (method.kind !== 'hash' && method.kind !== 'tokenize'))
    return () => constant
  const how = { format, method: method.kind, digest }
  return (cell) => keyed(asBuffer(cell), how) ?? constant
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
