import { ProtocolError, TargetError, type GatewayError } from '@wardgate/errors'
import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Column } from '@wardgate/masking'
import type { Closing, Denial, Engine, Gate, Login, Opening, Permit, Protocol } from '../protocol'
import type { Target } from '../target'
import { LineReader } from './line-reader'
import { idleState, statement } from './operations'

export const maxLineBytes = 4_096

/**
 * The smallest protocol that has everything a gateway cares about; the gateway is tested with it, and it shows the
 * shape of an engine. Client: `LOGIN connection token database` or `CANCEL key`, then one operation a line.
 * Answers: `OK key`, `HELD message`, `ROW a<tab>b`, `DONE`, `FAIL code message`.
 */
export const lineProtocol: Protocol<object> = {
  name: 'line',
  defaultPort: 7,
  settings: { parse: () => ({}), jsonSchema: { type: 'object' } },
  capabilities: {
    operations: ['statement'],
    masks: ['column'],
    credentials: ['password', 'certificate', 'none'],
    hold: true,
    rowLimit: false,
    readOnly: false,
    lines: false,
    databases: true,
    encrypts: false,
  },
  createEngine: (client) => new LineEngine(client),
}

class LineEngine implements Engine {
  readonly #client: Duplex
  readonly #lines: LineReader

  constructor(client: Duplex) {
    this.#client = client
    this.#lines = new LineReader(client, maxLineBytes)
  }

  async accept(login: Login, signal: AbortSignal): Promise<Opening> {
    const [verb = '', first = '', unverifiedCredential = '', database = ''] = (
      (await this.#lines.next(signal)) ?? ''
    ).split(' ')
    if (verb === 'CANCEL') {
      login.cancel(Buffer.from(first, 'hex'))
      return { kind: 'done' }
    }
    if (verb !== 'LOGIN') throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'expected LOGIN')
    return { kind: 'session', connection: first, unverifiedCredential, claimed: {}, database }
  }

  async relay(gate: Gate, target: Target, signal: AbortSignal): Promise<Closing> {
    const upstream = await new LineUpstream(target).open(signal)
    const key = randomBytes(8)
    gate.onCancel(key, () => gate.withdraw())
    this.#say(`OK ${key.toString('hex')}`)
    for (;;) {
      const line = await this.#lines.next(signal)
      if (line === undefined) return { reason: 'client' }
      gate.record('in', Buffer.from(line))
      const answer = await gate.submit(statement(line, { state: idleState }), {
        held: ({ message }) => this.#say(`HELD ${message}`),
      })
      if (answer.kind === 'denial') this.#deny(answer)
      else await this.#run(answer, line, upstream, gate, signal)
    }
  }

  async refuse(error: GatewayError): Promise<void> {
    if (this.#client.destroyed) return
    this.#say(`FAIL ${error.code} ${error.message}`)
    await new Promise<void>((resolve) => this.#client.end(resolve))
  }

  async #run(permit: Permit, line: string, up: LineUpstream, gate: Gate, signal: AbortSignal) {
    let rows = 0
    let maskedCells = 0
    const said: string[] = []
    for await (const cells of up.run(permit, line, signal)) {
      const masker = permit.masker(cells.map(columnOf))
      const shown = cells.map((cell, index) => masker.mask(index, Buffer.from(cell)))
      said.push(`ROW ${shown.map((cell) => Buffer.from(cell ?? []).toString()).join('\t')}`)
      rows += 1
      maskedCells += masker.maskedCells
    }
    permit.settle({ status: 'succeeded', rows, bytes: said.join('').length, maskedCells })
    for (const text of [...said, 'DONE']) {
      gate.record('out', Buffer.from(text))
      this.#say(text)
    }
  }

  #deny({ error }: Denial): void {
    this.#say(`FAIL ${error.code} ${error.message}`)
  }

  #say(line: string): void {
    this.#client.write(`${line}\n`)
  }
}

/** The far side. Only `run`, which takes a permit, makes it work. */
class LineUpstream {
  readonly #target: Target
  #stream: Duplex | undefined
  #lines: LineReader | undefined

  constructor(target: Target) {
    this.#target = target
  }

  async open(signal: AbortSignal): Promise<this> {
    const [endpoint] = this.#target.endpoints
    if (endpoint === undefined) throw new TargetError('ERR_TARGET_UNREACHABLE', 'no endpoint')
    this.#stream = await this.#target.dial(endpoint, signal)
    this.#stream.on('error', () => undefined)
    this.#lines = new LineReader(this.#stream, maxLineBytes)
    return this
  }

  async *run(_permit: Permit, line: string, signal: AbortSignal): AsyncGenerator<string[]> {
    this.#stream?.write(`${line}\n`)
    for (;;) {
      const answer = await this.#lines?.next(signal)
      if (answer === undefined) throw new TargetError('ERR_TARGET_LOST', 'the target is gone')
      if (answer === 'DONE') return
      yield answer.slice('ROW '.length).split('\t')
    }
  }
}

function columnOf(_cell: string, index: number): Column {
  return { name: `c${index}`, type: 25, table: 0, attribute: 0, format: 'text' }
}
