import { StringDecoder } from 'node:string_decoder'
import type { RecordingEvent } from './reader'

export interface AsciicastOptions {
  /** Unix microseconds. */
  readonly startedAtMicros: bigint
  readonly title?: string
}

const usualSize = { columns: 80, rows: 24 }

/**
 * A recording of a terminal as asciicast version 3: a header and one line an event, times counted from the event
 * before. Operations become markers. Bytes that are no UTF-8 are shown as replacement characters.
 */
export function* asciicast(
  events: Iterable<RecordingEvent>,
  options: AsciicastOptions,
): Generator<string, void, undefined> {
  const decoders = { in: new StringDecoder('utf8'), out: new StringDecoder('utf8') }
  let [before, begun] = [0, false]
  for (const event of events) {
    // The size that is known before anything shows is the terminal's own.
    if (!begun && event.kind === 'mark') continue
    if (!begun) yield header(event.kind === 'size' ? event : usualSize, options)
    const isFirst = !begun
    begun = true
    if (isFirst && event.kind === 'size') continue
    const [code, data] = lineOf(event, decoders)
    // A character that is cut in two is told with its second half.
    if (data === '' && code !== 'm') continue
    yield JSON.stringify([(event.micros - before) / 1e6, code, data])
    before = event.micros
  }
  if (!begun) yield header(usualSize, options)
}

function header(
  { columns, rows }: { readonly columns: number; readonly rows: number },
  { startedAtMicros, title }: AsciicastOptions,
): string {
  return JSON.stringify({
    version: 3,
    term: { cols: columns, rows },
    timestamp: Number(startedAtMicros / 1_000_000n),
    ...(title !== undefined && { title }),
  })
}

function lineOf(
  event: RecordingEvent,
  decoders: Readonly<Record<'in' | 'out', StringDecoder>>,
): readonly ['i' | 'o' | 'r' | 'm', string] {
  switch (event.kind) {
    case 'in':
      return ['i', decoders.in.write(Buffer.from(event.bytes))]
    case 'out':
      return ['o', decoders.out.write(Buffer.from(event.bytes))]
    case 'size':
      return ['r', `${event.columns}x${event.rows}`]
    case 'mark':
      return ['m', event.operationId]
  }
}
