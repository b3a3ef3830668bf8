import type { Duplex } from 'node:stream'
import type {
  ConformanceAnswer,
  ConformanceClient,
  ConformanceHarness,
  ConformanceTarget,
} from './conformance-harness'
import { lineProtocol, maxLineBytes } from './line-protocol'
import { LineReader } from './line-reader'

const forever = new AbortController().signal

/** The line protocol's side of the conformance suite. */
export const lineHarness: ConformanceHarness = {
  protocol: lineProtocol,
  settings: {},
  read: { text: 'read customers', cells: ['7', '4111111111111111'], masked: 1 },
  write: { text: 'delete customers' },
  oversize: () => [Buffer.alloc(maxLineBytes + 2, 'x')],
  createTarget: () => new LineTarget(),
  async connect(stream, { connection, credential, database }) {
    const client = new LineClient(stream)
    stream.write(`LOGIN ${connection} ${credential} ${database}\n`)
    const answer = await client.login()
    return answer.startsWith('OK') ? client : { kind: 'refused', text: answer }
  },
  async cancel(stream, client) {
    if (client instanceof LineClient) stream.write(`CANCEL ${client.key}\n`)
    await new Promise<void>((resolve) => stream.once('close', resolve).resume())
  },
}

class LineClient implements ConformanceClient {
  readonly kind = 'client'
  key = ''
  readonly ended: Promise<void>
  readonly #stream: Duplex
  readonly #lines: LineReader
  readonly #notices: string[] = []
  #lastError = ''

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('error', () => undefined)
    this.#lines = new LineReader(stream, Number.POSITIVE_INFINITY)
    this.ended = new Promise((resolve) => stream.once('close', resolve))
  }

  async login(): Promise<string> {
    const answer = (await this.#lines.next(forever)) ?? ''
    this.key = answer.slice('OK '.length)
    return answer
  }

  async run(text: string): Promise<ConformanceAnswer> {
    this.write(Buffer.from(`${text}\n`))
    const rows: string[][] = []
    for (;;) {
      const line = await this.#lines.next(forever)
      if (line === undefined) return { kind: 'ended' }
      const [word, rest] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]
      if (line === 'DONE') return { kind: 'result', rows }
      if (word === 'ROW') rows.push(rest.split('\t'))
      if (word === 'HELD') this.#notices.push(rest)
      if (word === 'FAIL') {
        this.#lastError = rest
        return { kind: 'error', text: rest }
      }
    }
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  readonly notices = () => this.#notices.join('\n')

  readonly lastError = () => this.#lastError

  destroy(): void {
    this.#stream.destroy()
  }
}

class LineTarget implements ConformanceTarget {
  readonly #streams: Duplex[] = []
  readonly #received: Buffer[] = []
  #isStalled = false

  accept(stream: Duplex): void {
    this.#streams.push(stream)
    stream.on('error', () => undefined)
    let rest = ''
    stream.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop() ?? ''
      for (const line of this.#isStalled ? [] : parts)
        stream.write(line.startsWith('read') ? 'ROW 7\t4111111111111111\nDONE\n' : 'DONE\n')
    })
  }

  readonly received = () => Buffer.concat(this.#received)

  stall(): void {
    this.#isStalled = true
  }

  lose(): void {
    for (const stream of this.#streams) stream.destroy()
  }
}
