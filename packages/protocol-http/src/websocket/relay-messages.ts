import { SessionError, toGatewayError, type GatewayError } from '@wardgate/errors'
import {
  type Gate,
  type HoldListener,
  type MessageOperation,
  type Permit,
  stepBytes,
} from '@wardgate/gateway'
import type { EchoMasker } from '../echo/echo-masker'
import { EchoStream } from '../echo/echo-stream'
import type { RawData, WebSocket } from 'ws'
import { inTurns, writtenInTurns } from '../relay/turns'

/** https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1 */
const policyViolation = 1008
const internalError = 1011
/** Not to be sent: they stand for what was not sent. */
const unsendable = new Set([1005, 1006, 1015])
const maxReasonBytes = 120
/** Held for a slow reader before the other side is no longer read. */
const maxBufferedBytes = 1024 * 1024
/** Of the client's, which wait for the verdict on the one before them: it is read on, so that its leaving is noticed. */
const maxWaiting = { messages: 32, bytes: 1024 * 1024 }

export interface MessageParts {
  readonly client: WebSocket
  readonly upstream: WebSocket
  /** Of the upgrade: says how the target's messages are masked. */
  readonly permit: Permit
  readonly gate: Gate
  readonly channel: string
  /** Hides the target's credential; absent = none was sent. */
  readonly echo: EchoMasker | undefined
}

export interface Relayed {
  readonly bytes: number
  readonly messages: number
  readonly maskedCells: number
}

/** Relays until both sides have closed. Each message of the client's is an operation of its own, one after the other. */
export class MessageRelay {
  readonly over: Promise<Relayed>
  readonly #parts: MessageParts
  #turn: Promise<void> = Promise.resolve()
  readonly #waiting = { messages: 0, bytes: 0 }
  readonly #gone = new AbortController()
  /** Messages of the target that take long to mask, and what came after them. */
  #answers: Promise<void> = Promise.resolve()
  #masking = 0
  #bytes = 0
  #messages = 0
  #maskedCells = 0
  #isBehind = false

  constructor(parts: MessageParts) {
    this.#parts = parts
    const { client, upstream } = parts
    client.on('message', (data, isBinary) => this.#fromClient(bytesOf(data), isBinary))
    upstream.on('message', (data, isBinary) => this.#fromTarget(bytesOf(data), isBinary))
    client.on('error', () => undefined)
    upstream.on('error', () => undefined)
    client.once('close', (code) => {
      this.#gone.abort(new SessionError('ERR_SESSION_CLIENT_GONE', 'the client has left'))
      // Without its text: that is no operation, and nobody has judged it.
      void this.#turn.then(() => close(upstream, code, ''))
    })
    upstream.once('close', (code, reason) => {
      const shown = parts.gate.maskText(this.#withoutEcho(reason).toString())
      void this.#answers.then(() => close(client, code, shown))
    })
    this.over = Promise.all([closed(client), closed(upstream)]).then(() => ({
      bytes: this.#bytes,
      messages: this.#messages,
      maskedCells: this.#maskedCells,
    }))
  }

  end(error: GatewayError): void {
    const { client, upstream } = this.#parts
    close(client, policyViolation, `${error.code}: ${error.message}`)
    upstream.terminate()
  }

  #fromClient(data: Buffer, isBinary: boolean): void {
    const { client } = this.#parts
    this.#waiting.messages += 1
    this.#waiting.bytes += data.length
    if (!this.#mayWait) client.pause()
    this.#turn = this.#turn
      .then(() => this.#submit(data, isBinary))
      .catch((error: unknown) => this.end(toGatewayError(error)))
      .finally(() => {
        this.#waiting.messages -= 1
        this.#waiting.bytes -= data.length
        if (this.#mayWait) client.resume()
      })
  }

  get #mayWait(): boolean {
    const { messages, bytes } = this.#waiting
    return messages < maxWaiting.messages && bytes < maxWaiting.bytes
  }

  async #submit(data: Buffer, isBinary: boolean): Promise<void> {
    const { gate, upstream, channel } = this.#parts
    if (upstream.readyState !== upstream.OPEN) return
    gate.record('in-message', data)
    const format = isBinary ? 'binary' : 'text'
    const operation: MessageOperation = { kind: 'message', channel, format, data }
    const hold: HoldListener = { signal: this.#gone.signal, held: () => undefined }
    const answer = await gate.submit(operation, hold)
    if (answer.kind === 'denial') return this.end(answer.error)
    await send(upstream, data, isBinary)
    answer.settle({ status: 'succeeded', rows: 0, bytes: 0, maskedCells: 0 })
  }

  /** At once where it is short, so that many small messages cost little; in turns with other sessions where it is not. */
  #fromTarget(raw: Buffer, isBinary: boolean): void {
    try {
      if (this.#masking > 0 || raw.length > stepBytes) return this.#maskInTurn(raw, isBinary)
      const data = this.#withoutEcho(raw)
      const masker = this.#parts.permit.body(mediaTypeOf(data, isBinary))
      const shown = masker.active ? atOnce(masker, data) : data
      this.#show(shown, masker.maskedCells, isBinary)
    } catch (error) {
      this.end(toGatewayError(error))
    }
  }

  #maskInTurn(raw: Buffer, isBinary: boolean): void {
    const { upstream, permit } = this.#parts
    upstream.pause()
    this.#masking += 1
    this.#answers = this.#answers
      .then(async () => {
        const data = await this.#withoutEchoInTurns(raw)
        const masker = permit.body(mediaTypeOf(data, isBinary))
        const shown = masker.active
          ? Buffer.concat([await writtenInTurns(masker, data), masker.end()])
          : data
        this.#show(shown, masker.maskedCells, isBinary)
      })
      .catch((error: unknown) => this.end(toGatewayError(error)))
      .finally(() => {
        this.#masking -= 1
        if (this.#mayRead) upstream.resume()
      })
  }

  #show(shown: Uint8Array, maskedCells: number, isBinary: boolean): void {
    const { client, upstream, gate } = this.#parts
    if (client.readyState !== client.OPEN) return
    gate.record('out-message', shown)
    this.#bytes += shown.length
    this.#messages += 1
    this.#maskedCells += maskedCells
    client.send(shown, { binary: isBinary }, () => this.#mayRead && upstream.resume())
    if (client.bufferedAmount > maxBufferedBytes) upstream.pause()
    if (gate.isBehind) void this.#catchUp()
  }

  get #mayRead(): boolean {
    const { bufferedAmount } = this.#parts.client
    return !this.#isBehind && this.#masking === 0 && bufferedAmount <= maxBufferedBytes
  }

  async #catchUp(): Promise<void> {
    const { gate, upstream } = this.#parts
    upstream.pause()
    this.#isBehind = true
    try {
      await gate.caughtUp()
    } catch (error) {
      this.end(toGatewayError(error))
    }
    this.#isBehind = false
    if (this.#mayRead) upstream.resume()
  }

  #withoutEcho(data: Buffer): Buffer {
    return this.#parts.echo?.mask(data) ?? data
  }

  async #withoutEchoInTurns(data: Buffer): Promise<Buffer> {
    const { echo } = this.#parts
    if (echo === undefined) return data
    const stream = new EchoStream(echo, { isPart: false })
    const shown = await inTurns(data, (step) => [stream.write(step)])
    return Buffer.concat([shown, stream.end()])
  }
}

function atOnce(masker: ReturnType<Permit['body']>, data: Buffer): Buffer {
  return Buffer.concat([masker.write(data), masker.end()])
}

/** WebSocket messages name no type. */
function mediaTypeOf(data: Buffer, isBinary: boolean): string {
  if (isBinary) return 'application/octet-stream'
  // Detectors would not see what JSON's escapes spell.
  return /^\s*[[{]/.test(textFrom(data)) || isJsonString(data) ? 'application/json' : 'text/plain'
}

/** The beginning, behind a byte order mark. */
function textFrom(data: Buffer): string {
  return data.toString('utf8', 0, 64).replace(/^\ufeff/, '')
}

function isJsonString(data: Buffer): boolean {
  if (!/^\s*"/.test(textFrom(data))) return false
  try {
    return typeof JSON.parse(data.toString().replace(/^\ufeff/, '')) === 'string'
  } catch {
    return false
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

function send(socket: WebSocket, data: Buffer, binary: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(data, { binary }, (error) => (error ? reject(error) : resolve()))
  })
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve()
    else socket.once('close', () => resolve())
  })
}

function close(socket: WebSocket, code: number, reason: string): void {
  const shown = Buffer.from(reason).subarray(0, maxReasonBytes)
  if (socket.readyState !== socket.OPEN) socket.terminate()
  else if (code === 1006) socket.close(internalError, 'the other side was lost')
  else if (unsendable.has(code)) socket.close()
  else socket.close(code, shown)
}
