import { asBuffer } from '../../bytes'
import { redacted } from '../../methods/mask-value'
import { malformed } from '../limits'
import { maskTextAt } from '../json/text-at'
import type { PathState } from '../path/path-machine'
import { stepBytes, type Steps } from '../steps'
import type { ValueMasks } from '../value-masks'
import type { UnitFormat } from './unit-masker'

const [quote, lineFeed, carriageReturn] = [0x22, 0x0a, 0x0d]

export interface CsvOptions {
  /** text/tab-separated-values has no quotes and no choice of delimiter. */
  readonly tabs: boolean
}

/** CSV (RFC 4180): a unit is a record. The first one names the columns. */
export function csvBody(masks: ValueMasks, { tabs }: CsvOptions): UnitFormat {
  let columns: readonly PathState[] | undefined
  let delimiter = tabs ? '\t' : ','
  return {
    name: 'CSV',
    endOf: tabs ? endOfLine : recordEnds(),
    *mask(unit) {
      const text = asBuffer(unit).toString('utf8')
      const content = text.replace(/\r?\n?$|\r$/, '')
      const ending = text.slice(content.length)
      if (columns === undefined && !tabs) delimiter = delimiterOf(content)
      const fields = tabs ? content.split('\t').map(plain) : fieldsOf(content, delimiter)
      const states = columns
      columns ??= fields.map(({ value }) => columnOf(masks, value))
      if (content === '') return unit
      const shown: string[] = []
      let looked = 0
      for (const [index, field] of fields.entries()) {
        looked += field.value.length
        if (looked > stepBytes) {
          looked = 0
          yield
        }
        const masked =
          states === undefined
            ? yield* masks.detectedIn(field.value)
            : yield* maskCell(masks, field.value, states[index])
        if (masked === field.value) shown.push(field.raw)
        else if (tabs) shown.push(masked.replace(/[\t\r\n]/g, ' '))
        else shown.push(written(masked, field, delimiter))
      }
      const joined = shown.join(delimiter) + ending
      return joined === text ? unit : Buffer.from(joined)
    },
  }
}

function columnOf(masks: ValueMasks, name: string): PathState {
  return masks.paths.root.element(0).member(name.replace(/^\ufeff/, ''))
}

/** A cell that no column stands for was named by nobody: fails closed while names decide. */
function* maskCell(masks: ValueMasks, value: string, state: PathState | undefined): Steps<string> {
  if (state !== undefined) return yield* maskTextAt(masks, value, state)
  return masks.paths.active && value !== '' ? redacted : yield* masks.detectedIn(value)
}

interface Field {
  readonly raw: string
  readonly value: string
}

function plain(raw: string): Field {
  return { raw, value: raw }
}

/** RFC 4180 knows the comma alone; programs of some countries write semicolons. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '')
  return [',', ';', '\t', '|'].find((candidate) => bare.includes(candidate)) ?? ','
}

function fieldsOf(content: string, delimiter: string): readonly Field[] {
  const fields: Field[] = []
  for (let at = 0; ;) {
    const end = content.charAt(at) === '"' ? endOfQuoted(content, at) : content.length
    const border = content.charAt(at) === '"' ? end : content.indexOf(delimiter, at)
    const stop = border === -1 ? content.length : border
    const raw = content.slice(at, stop)
    const isQuoted = raw.startsWith('"')
    fields.push({ raw, value: isQuoted ? raw.slice(1, -1).replaceAll('""', '"') : raw })
    if (stop >= content.length) return fields
    if (!content.startsWith(delimiter, stop))
      throw malformed('CSV', 'something follows a quoted field')
    at = stop + delimiter.length
  }
}

function endOfQuoted(content: string, start: number): number {
  for (let at = start + 1; at < content.length; at++) {
    if (content.charAt(at) !== '"') continue
    if (content.charAt(at + 1) !== '"') return at + 1
    at++
  }
  throw malformed('CSV', 'it ends within quotes')
}

function written(value: string, { raw }: Field, delimiter: string): string {
  const needsQuotes = raw.startsWith('"') || /["\r\n]/.test(value) || value.includes(delimiter)
  return needsQuotes ? `"${value.replaceAll('"', '""')}"` : value
}

function endOfLine(input: Uint8Array, start: number, searched: number): number {
  const found = input.indexOf(lineFeed, start + searched)
  return found === -1 ? -1 : found + 1
}

/** Remembers whether the record that is not complete is within quotes, so that no byte is looked at twice. */
function recordEnds(): UnitFormat['endOf'] {
  let isQuoted = false
  let afterReturn = false
  return (input, start, searched) => {
    if (searched === 0) isQuoted = afterReturn = false
    for (let at = start + searched; at < input.length; at++) {
      const byte = input[at]
      if (afterReturn) return byte === lineFeed ? at + 1 : at
      if (byte === quote) isQuoted = !isQuoted
      else if (!isQuoted && byte === lineFeed) return at + 1
      afterReturn = !isQuoted && byte === carriageReturn
    }
    return -1
  }
}
