import { ProtocolError } from '@wardgate/errors'
import { asBuffer } from '../bytes'
import { traitClass, traitsOf } from '../detectors/traits'
import { keepsSomething } from '../methods/mask-value'
import type { Column, MaskMethod } from '../plan'
import { JsonMasker } from '../streams/json/json-masker'
import { oversize } from '../streams/limits'
import { fed, stepBytes, type Steps } from '../streams/steps'
import { TextMasker } from '../streams/text/text-masker'
import type { SpanMasker } from '../span-masker'
import type { ValueMasks } from '../streams/value-masks'
import { bytesOf } from './detector-mask'
import { redactedCell } from './method-mask'
import { postgresType, type CellMask, type PostgresType } from './types'

/** How a cell is masked a step at a time; undefined = it is left to its mask, which can need the rest of the row. */
export type CellSteps = (cell: Uint8Array) => Steps<Uint8Array | null | undefined>
type LongSteps = (cell: Uint8Array) => Steps<Uint8Array | null>

/** How the cells of a column are masked otherwise, and what looks into them. */
export interface Looked {
  readonly method: MaskMethod | undefined
  readonly mask: CellMask
  readonly spans: SpanMasker
  readonly armoured: boolean
  /** What looks into JSON; made when the first long cell comes. */
  readonly values: () => ValueMasks
}

/** An array is looked at element by element, at once: a longer one would keep others waiting. */
const maxArrayBytes = 64 * 1024

/** Undefined = no cell of the column takes long. A short one is one step: a row can have many. */
export function cellSteps(column: Column, looked: Looked): CellSteps | undefined {
  const long = longSteps(column, looked)
  if (long === undefined) return undefined
  const { method, mask } = looked
  return function* (cell) {
    if (cell.length > stepBytes) return yield* long(cell)
    return method?.kind === 'shift' ? undefined : mask(cell)
  }
}

function longSteps(column: Column, looked: Looked): LongSteps | undefined {
  const { method, spans, values } = looked
  const type = postgresType(column.type)
  if (method?.kind !== 'within' && !spans.active) return undefined
  if (method === undefined) return ofContent(type, column.format, looked)
  const constant = redactedCell(type, column.format)
  if (method.kind === 'within')
    return type.element === undefined ? json(type, column.format, values) : undefined
  // It would take too long to look for what a part of it may show.
  return keepsSomething(method) ? constantSteps(constant) : undefined
}

function ofContent(
  type: PostgresType,
  format: Column['format'],
  looked: Looked,
): LongSteps | undefined {
  if (type.element !== undefined) return array(looked)
  switch (type.content) {
    case 'text':
      return text(looked)
    case 'json':
    case 'jsonb':
      return json(type, format, looked.values)
    case 'bytea':
      return unlessFound((cell) => bytesOf(cell, format), redactedCell(type, format), looked)
    case 'mixed':
      if (format === 'text') return text(looked)
      return unlessFound((cell) => cell, redactedCell(type, format), looked)
    default:
      return undefined
  }
}

function constantSteps(constant: Buffer | null): LongSteps {
  return function* () {
    yield
    return constant
  }
}

function text({ spans, armoured }: Looked): LongSteps {
  return function* (cell) {
    const masker = new TextMasker(spans, armoured)
    const shown = yield* fed(masker, cell)
    return masker.maskedCells === 0 ? cell : shown
  }
}

function unlessFound(
  read: (cell: Uint8Array) => Uint8Array,
  constant: Buffer | null,
  { spans, armoured }: Looked,
): LongSteps {
  return function* (cell) {
    const masker = new TextMasker(spans, armoured)
    yield* fed(masker, read(cell))
    return masker.maskedCells === 0 ? cell : constant
  }
}

function json(type: PostgresType, format: Column['format'], values: Looked['values']): LongSteps {
  const start = type.content === 'jsonb' && format === 'binary' ? 1 : 0
  return function* (cell) {
    const masks = values()
    const masker = new JsonMasker(masks, { sequence: false, root: masks.paths.root, embedded: 0 })
    try {
      const shown = yield* fed(masker, cell.subarray(start))
      return masker.maskedCells === 0 ? cell : Buffer.concat([cell.subarray(0, start), shown])
    } catch (error) {
      if (error instanceof ProtocolError && error.code === 'ERR_PROTOCOL_OVERSIZE') throw error
      return redactedCell(type, format)
    }
  }
}

function array({ mask, spans }: Looked): LongSteps {
  return function* (cell) {
    const traits = traitsOf(cell)
    const isPossible = spans.possible(traits) || (traits.classes & traitClass.backslash) !== 0
    if (!isPossible) return cell
    if (cell.length > maxArrayBytes)
      throw oversize('array', `detectors look into ${maxArrayBytes} bytes of one; unnest() it`)
    yield
    return mask(asBuffer(cell))
  }
}
