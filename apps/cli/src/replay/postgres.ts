import type { RecordingEvent } from '@wardgate/recording'
import { parameterText } from '@wardgate/sql/parameters'
import { counted } from '../output/counted'
import { escapeLines, escapeText } from '../output/escape'
import { renderTable } from '../output/table'
import { FrameReader, type Frame } from './frames'
import { ParameterTypes } from './parameter-types'

/** Turns the two directions of a PostgreSQL session into what a reader wants to see. */
export class PostgresReplay {
  readonly drawsScreen = false
  readonly #client = new FrameReader()
  readonly #server = new FrameReader()
  #columns: readonly { readonly name: string; readonly format: number }[] = []
  #rows: (readonly string[])[] = []
  #moreRows = 0
  readonly #types = new ParameterTypes()

  #addRow(reader: FieldReader): void {
    if (this.#rows.length >= maxShownRows) {
      this.#moreRows += 1
      return
    }
    const count = reader.int16()
    const cells = Array.from({ length: Math.min(count, maxColumns) }, (_, at) =>
      cellText(reader.value(), this.#columns[at]?.format ?? 0),
    )
    this.#rows.push(cells)
  }

  *show(event: RecordingEvent): Generator<string, void, undefined> {
    if (event.kind === 'in') yield* this.client(event.bytes)
    else if (event.kind === 'out') yield* this.server(event.bytes)
  }

  *client(bytes: Uint8Array): Generator<string, void, undefined> {
    for (const frame of this.#client.push(bytes)) yield* this.#fromClient(frame)
  }

  *server(bytes: Uint8Array): Generator<string, void, undefined> {
    for (const frame of this.#server.push(bytes)) yield* this.#fromServer(frame)
  }

  *#fromClient({ type, body }: Frame): Generator<string, void, undefined> {
    const reader = new FieldReader(body)
    switch (type) {
      case 'Q':
        yield statement(reader.text())
        return
      case 'P': {
        const name = reader.text()
        yield statement(reader.text(), name === '' ? '' : ` (prepared as ${escapeText(name)})`)
        this.#types.declare(name, typesOf(reader))
        return
      }
      case 'D':
        if (reader.letter() === 'S') this.#types.ask(reader.text())
        return
      case 'B':
        reader.text()
        yield* parameters(reader, this.#types.of(reader.text()))
        return
      case 'X':
        yield '· client ends the session\n'
    }
  }

  *#fromServer({ type, body }: Frame): Generator<string, void, undefined> {
    const reader = new FieldReader(body)
    switch (type) {
      case 't':
        this.#types.answer(typesOf(reader))
        return
      case 'T':
        this.#columns = columnsOf(reader)
        return
      case 'D':
        this.#addRow(reader)
        return
      case 'C':
        yield* this.#finishResult(reader.text())
        return
      case 's':
        yield* this.#finishResult('suspended: more rows on request')
        return
      case 'E':
        this.#types.fail()
        yield* this.#finishResult()
        yield `✗ ${responseText(reader)}\n`
        return
      case 'N':
        yield `! ${responseText(reader)}\n`
    }
  }

  *#finishResult(completion?: string): Generator<string, void, undefined> {
    const columns = this.#columns.slice(0, maxColumns).map(({ name }, at) => ({
      title: escapeText(name),
      value: (row: readonly string[]) => row[at] ?? '',
      width: 40,
    }))
    if (this.#rows.length > 0) yield indented(renderTable(this.#rows, columns))
    if (this.#moreRows > 0) yield `  … ${counted(this.#moreRows, 'row')} more\n`
    if (completion !== undefined) yield `✓ ${escapeText(completion)}\n`
    this.#rows = []
    this.#moreRows = 0
  }
}

const maxShownRows = 50
const maxColumns = 1_664
const maxShownParameters = 100

function statement(text: string, note = ''): string {
  const [first = '', ...rest] = escapeLines(text).split('\n')
  return [`> ${first}${note}\n`, ...rest.map((line) => `  ${line}\n`)].join('')
}

/** The end of Parse, and ParameterDescription: how many parameters, then their type OIDs. */
function typesOf(reader: FieldReader): readonly number[] {
  const count = Math.min(reader.int16(), maxShownParameters)
  return Array.from({ length: count }, () => reader.int32())
}

/** Bind after its portal and statement: formats, then values. */
function* parameters(
  reader: FieldReader,
  types: readonly number[],
): Generator<string, void, undefined> {
  const formats = Array.from({ length: Math.min(reader.int16(), maxColumns) }, () => reader.int16())
  const count = Math.min(reader.int16(), maxShownParameters)
  for (let at = 0; at < count; at += 1) {
    const format = formats.length === 1 ? formats[0] : formats[at]
    const value = reader.value()
    const text =
      value === null
        ? 'NULL'
        : parameterText(types[at] ?? 0, format === 1 ? 'binary' : 'text', value)
    yield `    $${at + 1} = ${escapeText(text)}\n`
  }
}

/** RowDescription: name, table OID, attribute, type OID, size, modifier, format. */
function columnsOf(reader: FieldReader): { name: string; format: number }[] {
  const count = Math.min(reader.int16(), maxColumns)
  return Array.from({ length: count }, () => {
    const name = reader.text()
    reader.skip(16)
    return { name, format: reader.int16() }
  })
}

/** ErrorResponse and NoticeResponse: fields of one letter and a text, until a zero. */
function responseText(reader: FieldReader): string {
  const fields = new Map<string, string>()
  for (let code = reader.letter(); code !== '\0'; code = reader.letter())
    fields.set(code, reader.text())
  const code = fields.get('C')
  // SQLSTATE 00000, "successful completion", says nothing: it stands in every notice that reports no problem.
  const parts = [fields.get('S'), code === '00000' ? undefined : code, fields.get('M')].filter(
    (part) => part !== undefined,
  )
  const hint = fields.get('H')
  return escapeText(`${parts.join(' ')}${hint === undefined ? '' : ` (${hint})`}`)
}

function cellText(value: Buffer | null, format: number): string {
  if (value === null) return 'NULL'
  return format === 0 ? value.toString('utf8') : `\\x${value.toString('hex')}`
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}

/** Reads fields of a message; beyond its end there are only empty ones. */
class FieldReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at)
    const stop = end === -1 ? this.#body.length : end
    const text = this.#body.toString('utf8', this.#at, stop)
    this.#at = stop + 1
    return text
  }

  letter(): string {
    const code = this.#body[this.#at] ?? 0
    this.#at += 1
    return String.fromCharCode(code)
  }

  int16(): number {
    const at = this.#at
    this.#at += 2
    return at + 2 <= this.#body.length ? this.#body.readUInt16BE(at) : 0
  }

  int32(): number {
    const at = this.#at
    this.#at += 4
    return at + 4 <= this.#body.length ? this.#body.readUInt32BE(at) : 0
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  value(): Buffer | null {
    const at = this.#at
    const length = at + 4 <= this.#body.length ? this.#body.readInt32BE(at) : -1
    this.#at += 4
    if (length < 0) return null
    const value = this.#body.subarray(this.#at, this.#at + length)
    this.#at += length
    return value
  }
}
