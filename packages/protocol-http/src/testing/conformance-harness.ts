import type {
  ConformanceAnswer,
  ConformanceClient,
  ConformanceHarness,
} from '@wardgate/gateway/testing'
import { Agent, type ClientRequest, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { http } from '..'
import { MAX_HEADER_BYTES } from '../wire/limits'
import { FakeTarget } from './fake-target'

const read = { text: '/customers', cells: ['7', '4111111111111111'], masked: 1 }
const write = { text: '/customers/7/removal' }
const answers: Readonly<Record<string, string>> = {
  [read.text]: JSON.stringify([{ id: read.cells[0], card: read.cells[1] }]),
  [write.text]: '[]',
}

/** HTTP/1.1 in memory, for the suite that every protocol has to pass. */
export const conformanceHarness: ConformanceHarness = {
  protocol: http,
  settings: http.settings.parse({ upstream: { keepAliveMillis: 0 } }),
  read,
  write,
  masking: {
    columns: [],
    origins: [],
    detectors: [],
    paths: [{ path: 'card', rule: 'pan', method: { kind: 'redact' } }],
  },
  *oversize() {
    yield Buffer.from('GET /shop/ HTTP/1.1\r\nhost: shop\r\n')
    yield Buffer.from(`x-large: ${'x'.repeat(MAX_HEADER_BYTES)}\r\n\r\n`)
  },
  createTarget: () =>
    new FakeTarget((path) => {
      const body = answers[path]
      return body === undefined ? undefined : { body, mediaType: 'application/json' }
    }),
  async connect(stream, { connection, credential }) {
    const client = new HttpClient(stream, connection, credential)
    const { status, text } = await client.ping()
    return status === 204 ? client : { kind: 'refused', text }
  },
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** A client that keeps one connection, as a pool of one would. */
class HttpClient implements ConformanceClient {
  readonly kind = 'client'
  readonly ended: Promise<void>
  readonly #stream: Duplex
  readonly #agent: OneSocket
  readonly #headers: Readonly<Record<string, string>>
  readonly #notices: string[] = []
  #lastError = ''

  constructor(stream: Duplex, connection: string, token: string) {
    this.#stream = stream
    stream.on('error', () => undefined)
    this.ended = new Promise((resolve) => stream.once('close', resolve))
    this.#agent = new OneSocket(stream)
    this.#headers = {
      host: `${connection}.localhost`,
      authorization: `Bearer ${token}`,
      prefer: 'wardgate-progress',
    }
  }

  async ping(): Promise<Answer> {
    return this.#ask('OPTIONS', '*')
  }

  async run(text: string): Promise<ConformanceAnswer> {
    try {
      const answer = await this.#ask(text === write.text ? 'DELETE' : 'GET', text)
      if (answer.status >= 300) return { kind: 'error', text: answer.text }
      const rows = JSON.parse(answer.text) as Record<string, string>[]
      return { kind: 'result', rows: rows.map((row) => Object.values(row)) }
    } catch {
      return { kind: 'ended' }
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

  #ask(method: string, path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ method, path, agent: this.#agent, headers: this.#headers })
      asked.on('information', ({ headers }) => this.#notices.push(JSON.stringify(headers)))
      asked.once('error', reject)
      asked.once('response', (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part)).once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(parts).toString()
          if (response.statusCode !== 200) this.#lastError = text
          resolve({ status: response.statusCode ?? 0, text })
        })
      })
      asked.end()
    })
  }
}

/** One socket is the suite's subject: a second one would hide that the first was lost. */
class OneSocket extends Agent {
  readonly #stream: Duplex
  #isTaken = false

  constructor(stream: Duplex) {
    super({ keepAlive: true, maxSockets: 1 })
    this.#stream = stream
  }

  override createConnection(): Duplex {
    if (this.#isTaken) throw new Error('the connection has ended')
    this.#isTaken = true
    return this.#stream
  }

  override keepSocketAlive(): boolean {
    return true
  }

  override reuseSocket(socket: Duplex, asked: ClientRequest): void {
    // A stream in memory keeps no process running, and has no `ref` to say so with.
    super.reuseSocket(Object.assign(socket, { ref: () => socket }), asked)
  }
}
