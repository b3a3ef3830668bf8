import { ByteReader } from '@wardgate/wire'
import type { Duplex } from 'node:stream'
import {
  authenticationOk,
  backendKeyData,
  frame,
  fromClient,
  fromUpstream,
  parameterStatus,
  readBind,
  readExecute,
  readNamedObject,
  readParse,
  readQuery,
  readyForQuery,
  responseWithFields,
  type TransactionStatus,
} from '../wire'

export interface FakeResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly tag: string
}

/**
 * A PostgreSQL in memory that logs anybody in. It answers what `results` knows by text, fails on anything else,
 * and keeps the protocol's rules: errors skip to Sync, transactions fail, names live as long as they do.
 */
export class FakeUpstream {
  readonly received: Buffer[] = []
  isStalled = false
  private readonly streams = new Set<Duplex>()
  private readonly results: (text: string) => FakeResult | undefined

  constructor(results: (text: string) => FakeResult | undefined) {
    this.results = results
  }

  /** `isStarted`: the login is over. */
  accept(stream: Duplex, isStarted = false): void {
    this.streams.add(stream)
    stream.on('error', () => undefined)
    stream.once('close', () => this.streams.delete(stream))
    new FakeSession(stream, this, this.results, isStarted)
  }

  lose(): void {
    for (const stream of this.streams) stream.destroy()
  }
}

class FakeSession {
  private buffer: Buffer = Buffer.alloc(0)
  private isStarted: boolean
  private isSkipping = false
  private status: TransactionStatus = 'idle'
  private readonly statements = new Map<string, string>()
  private readonly portals = new Map<string, string>()
  private readonly stream: Duplex
  private readonly owner: FakeUpstream
  private readonly results: (text: string) => FakeResult | undefined

  constructor(
    stream: Duplex,
    owner: FakeUpstream,
    results: (text: string) => FakeResult | undefined,
    isStarted: boolean,
  ) {
    this.isStarted = isStarted
    this.stream = stream
    this.owner = owner
    this.results = results
    stream.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk])
      this.drain()
    })
    stream.once('end', () => stream.end())
  }

  private drain(): void {
    for (;;) {
      const header = this.isStarted ? 1 : 0
      if (this.buffer.length < header + 4) return
      const size = this.buffer.readInt32BE(header) + header
      if (this.buffer.length < size) return
      const message = this.buffer.subarray(0, size)
      this.buffer = this.buffer.subarray(size)
      if (this.isStarted) this.handle(message)
      else this.start(message)
    }
  }

  private start(message: Buffer): void {
    if (message.readUInt32BE(4) !== 3 << 16) {
      this.stream.end()
      return
    }
    this.isStarted = true
    this.send(
      authenticationOk,
      parameterStatus('client_encoding', 'UTF8'),
      parameterStatus('standard_conforming_strings', 'on'),
      parameterStatus('server_version', '15.0'),
      backendKeyData(Buffer.from('0000002a0badcafe', 'hex')),
      readyForQuery('idle'),
    )
  }

  private handle(message: Buffer): void {
    const code = message.readUInt8(0)
    const body = message.subarray(5)
    if (code === fromClient.Query && readQuery(body) === 'SHOW search_path') {
      this.send(...describeAndRow({ columns: ['search_path'], rows: [['public']], tag: 'SHOW' }))
      this.send(complete('SHOW'), readyForQuery('idle'))
      return
    }
    this.owner.received.push(Buffer.from(message))
    if (this.owner.isStalled) return
    if (code === fromClient.Terminate) {
      this.stream.end()
      return
    }
    if (code === fromClient.Sync) {
      this.isSkipping = false
      this.send(readyForQuery(this.status))
    } else if (!this.isSkipping) this.answer(code, body)
  }

  private answer(code: number, body: Buffer): void {
    switch (code) {
      case fromClient.Query:
        this.query(readQuery(body))
        return
      case fromClient.Parse: {
        const { name, text } = readParse(body)
        if (this.results(text) === undefined) return this.fail('42601')
        this.statements.set(name, text)
        return this.send(frame(fromUpstream.ParseComplete))
      }
      case fromClient.Bind: {
        const { portal, statement } = readBind(body)
        const text = this.statements.get(statement)
        if (text === undefined) return this.fail('26000')
        this.portals.set(portal, text)
        return this.send(frame(fromUpstream.BindComplete))
      }
      case fromClient.Describe:
        return this.describe(body)
      case fromClient.Execute: {
        const text = this.portals.get(readExecute(body).portal)
        const result = text === undefined ? undefined : this.results(text)
        if (result === undefined) return this.fail('34000')
        return this.send(...describeAndRow(result).slice(1), complete(result.tag))
      }
      case fromClient.Close: {
        const { kind, name } = readNamedObject(body)
        if (kind === 'statement') this.statements.delete(name)
        else this.portals.delete(name)
        return this.send(frame(fromUpstream.CloseComplete))
      }
      case fromClient.FunctionCall:
        return this.send(
          frame(fromUpstream.FunctionCallResponse, (writer) => writer.i32(-1)),
          readyForQuery(this.status),
        )
      default:
    }
  }

  private describe(body: Buffer): void {
    const { kind, name } = readNamedObject(body)
    const text = kind === 'statement' ? this.statements.get(name) : this.portals.get(name)
    const result = text === undefined ? undefined : this.results(text)
    if (result === undefined) return this.fail('26000')
    if (kind === 'statement')
      this.send(frame(fromUpstream.ParameterDescription, (writer) => writer.i16(0)))
    const [description] = describeAndRow(result)
    this.send(result.columns.length === 0 ? frame(fromUpstream.NoData) : description!)
  }

  private query(text: string): void {
    const result = this.results(text)
    if (result === undefined) {
      this.fail('42601', false)
    } else {
      if (text === 'BEGIN') this.status = 'active'
      if (text === 'COMMIT' || text === 'ROLLBACK') this.status = 'idle'
      if (result.columns.length > 0) this.send(...describeAndRow(result))
      this.send(complete(result.tag))
    }
    this.send(readyForQuery(this.status))
  }

  private fail(state: string, skips = true): void {
    this.isSkipping = skips
    if (this.status === 'active') this.status = 'failed'
    const fields = new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', state],
      ['M', `failed with ${state}`],
    ])
    this.send(responseWithFields(fromUpstream.ErrorResponse, fields))
  }

  private send(...messages: readonly Buffer[]): void {
    if (this.stream.writable) this.stream.write(Buffer.concat(messages))
  }
}

function complete(tag: string): Buffer {
  return frame(fromUpstream.CommandComplete, (body) => body.cstring(tag))
}

/** RowDescription, then the rows; all columns are text without an origin. */
export function describeAndRow({ columns, rows }: FakeResult): Buffer[] {
  const description = frame(fromUpstream.RowDescription, (body) => {
    body.i16(columns.length)
    for (const column of columns) body.cstring(column).u32(0).i16(0).u32(25).i16(-1).i32(-1).i16(0)
  })
  const data = rows.map((row) =>
    frame(fromUpstream.DataRow, (body) => {
      body.i16(row.length)
      for (const cell of row)
        if (cell === null) body.i32(-1)
        else body.i32(Buffer.byteLength(cell)).text(cell)
    }),
  )
  return [description, ...data]
}

/** The cells of a DataRow's body as text. */
export function readCells(body: Buffer): (string | null)[] {
  const reader = new ByteReader(body)
  return Array.from({ length: reader.u16() }, () => {
    const length = reader.i32()
    return length === -1 ? null : reader.slice(length).toString('utf8')
  })
}
