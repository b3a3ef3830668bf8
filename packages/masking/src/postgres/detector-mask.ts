import { asBuffer } from '../bytes'
import { traitClass, traitsOf } from '../detectors/traits'
import type { Column } from '../plan'
import type { SpanMasker } from '../span-masker'
import { mapJson } from './json'
import { arrayMask, redactedCell } from './method-mask'
import { postgresType, type CellMask, type PostgresType } from './types'

/** How detectors change the cells of a column that no other mask hits; undefined when they do not look into it. */
export function detectorMask(column: Column, spans: SpanMasker): CellMask | undefined {
  if (!spans.active) return undefined
  return maskOfType(postgresType(column.type), column.format, spans)
}

function maskOfType(
  type: PostgresType,
  format: Column['format'],
  spans: SpanMasker,
): CellMask | undefined {
  const constant = redactedCell(type, format)
  if (type.element !== undefined) {
    const element = maskOfType(type.element, format, spans)
    if (element === undefined) return undefined
    return whenPossible(spans, arrayMask(format, element, constant))
  }
  switch (type.content) {
    case 'text':
      return (cell) => spans.maskBytes(cell)
    case 'json':
      return whenPossible(spans, jsonMask(spans, 0, constant))
    case 'jsonb':
      return whenPossible(spans, jsonMask(spans, format === 'binary' ? 1 : 0, constant))
    case 'bytea':
      return (cell) => (spans.strictestIn(bytesOf(cell, format)) === undefined ? cell : constant)
    case 'mixed':
      if (format === 'text') return (cell) => spans.maskBytes(cell)
      // Lengths stand between the texts: what was found cannot be replaced in place.
      return (cell) => (spans.strictestIn(cell) === undefined ? cell : constant)
    default:
      return undefined
  }
}

/** What a bytea holds: bytes in binary, digits behind \x in text, and text itself when bytea_output is escape. */
export function bytesOf(cell: Uint8Array, format: Column['format']): Uint8Array {
  const isHex = format === 'text' && cell[0] === 0x5c && cell[1] === 0x78
  return isHex ? Buffer.from(asBuffer(cell).toString('latin1', 2), 'hex') : cell
}

/** Takes a cell apart only when something could be in it. A backslash may hide anything. */
function whenPossible(spans: SpanMasker, mask: CellMask): CellMask {
  return (cell) => {
    const traits = traitsOf(cell)
    return (traits.classes & traitClass.backslash) !== 0 || spans.possible(traits)
      ? mask(cell)
      : cell
  }
}

function jsonMask(spans: SpanMasker, start: number, constant: Buffer | null): CellMask {
  return (cell) => {
    const bytes = asBuffer(cell)
    const json = bytes.toString('utf8', start)
    const masked = mapJson(json, (text) => spans.maskCharacters(text))
    if (masked === undefined) return constant
    return masked === json ? cell : Buffer.concat([bytes.subarray(0, start), Buffer.from(masked)])
  }
}
