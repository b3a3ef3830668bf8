import { asBuffer } from '../../bytes'
import { isJsonString, looksLikeJson, maskJsonText } from '../json/text-at'
import { stepBytes, type Steps } from '../steps'
import type { ValueMasks } from '../value-masks'
import type { UnitFormat } from './unit-masker'

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Server-sent events (WHATWG HTML 9.2): a unit is an event with the blank line that ends it. */
export function eventStream(masks: ValueMasks): UnitFormat {
  return { name: 'event stream', endOf: endOfEvent, mask: (unit) => maskEvent(masks, unit) }
}

function endOfEvent(input: Uint8Array, start: number, searched: number): number {
  // A line's end of two bytes, and one of the line before it, may have come in parts.
  let atLineStart = searched < 4
  for (let at = start + (searched < 4 ? 0 : searched - 4); at < input.length;) {
    const byte = input[at]
    if (byte !== lineFeed && byte !== carriageReturn) {
      atLineStart = false
      at++
      continue
    }
    // Only the next byte tells whether an LF belongs to it. An event is over all the same: clients take it now, and the
    // LF passes as a blank line.
    if (byte === carriageReturn && at + 1 === input.length) return atLineStart ? at + 1 : -1
    at += byte === carriageReturn && input[at + 1] === lineFeed ? 2 : 1
    if (atLineStart) return at
    atLineStart = true
  }
  return -1
}

interface Line {
  readonly field: string
  readonly value: string
  readonly ending: string
}

const lineForm = /([^\r\n]*)(\r\n|\n|\r|$)/gy

function* maskEvent(masks: ValueMasks, unit: Uint8Array): Steps<Uint8Array> {
  const text = asBuffer(unit).toString('utf8')
  const lines = linesOf(text)
  const data = lines.filter(({ field }) => field === 'data')
  const before = data.map(({ value }) => value).join('\n')
  const after = yield* maskData(masks, before)
  let [isFirst, looked] = [true, 0]
  const shown: string[] = []
  for (const line of lines) {
    if (line.field === 'data' && after !== before) {
      if (isFirst) shown.push(dataLines(after, line.ending))
      isFirst = false
      continue
    }
    looked += line.value.length + line.field.length
    if (looked > stepBytes) {
      looked = 0
      yield
    }
    shown.push(yield* otherLine(masks, line))
  }
  const joined = shown.join('')
  return joined === text ? unit : Buffer.from(joined)
}

function dataLines(data: string, ending: string): string {
  return data
    .split('\n')
    .map((part) => `data: ${part}${ending}`)
    .join('')
}

/** What clients read beside the data. */
const readFields = new Set(['id', 'event', 'retry'])
/** JSON, or a piece of it. */
const punctuation = /["{}[\]]/

function* otherLine(masks: ValueMasks, line: Line): Steps<string> {
  const { field, value, ending } = line
  if (field === 'data') return rawOf(line)
  // Nobody reads comments and unknown fields, and no path leads into them: what they say of the data is left out.
  const isRead = readFields.has(field)
  if (!isRead && masks.paths.active && punctuation.test(field + value)) return `:${ending}`
  const shown = isRead ? yield* readValue(masks, value) : (masks.detected(value) ?? '')
  const name = field === '' || isRead ? field : (masks.detected(field) ?? '')
  return shown === value && name === field ? rawOf(line) : `${name}: ${shown}${ending}`
}

/** Ids of streams are JSON here and there. */
function* readValue(masks: ValueMasks, value: string): Steps<string> {
  if (!looksLikeJson(value) && !isJsonString(value)) return masks.detected(value) ?? ''
  try {
    return yield* maskJsonText(masks, value, masks.paths.root)
  } catch {
    // It cannot be read, so it is not shown.
    return ''
  }
}

const raw = new WeakMap<Line, string>()

function rawOf(line: Line): string {
  return raw.get(line) ?? ''
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  lineForm.lastIndex = 0
  while (lineForm.lastIndex < text.length) {
    const match = lineForm.exec(text)
    if (match === null) break
    const [all, content = '', ending = ''] = match
    const colon = content.replace(/^\ufeff/, '').indexOf(':')
    const stripped = content.replace(/^\ufeff/, '')
    const field = colon === -1 ? stripped : stripped.slice(0, colon)
    const value = colon === -1 ? '' : stripped.slice(colon + 1).replace(/^ /, '')
    const line = { field, value, ending }
    raw.set(line, all)
    lines.push(line)
  }
  return lines
}

/** A word in brackets is no JSON: streams of models end with `[DONE]`. */
const bracketedWord = /^\[[A-Z_]+\]$/

/** What begins like JSON has to be JSON: fails closed, as another reader might see more in it. */
function* maskData(masks: ValueMasks, data: string): Steps<string> {
  if ((looksLikeJson(data) && !bracketedWord.test(data)) || isJsonString(data))
    return yield* maskJsonText(masks, data, masks.paths.root)
  return yield* masks.detectedIn(data)
}
