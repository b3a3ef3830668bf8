import type { Duplex } from 'node:stream'
import {
  fromUpstream,
  frame,
  fromClient,
  query,
  readFields,
  startupMessage,
  type ResponseFields,
} from '../wire'
import { readCells } from './fake-upstream'

export interface Received {
  readonly code: string
  readonly body: Buffer
}

/** A client that speaks just enough to log in, and shows every message that it gets. */
export class FakeClient {
  readonly messages: Received[] = []
  hasEnded = false
  readonly ended: Promise<void>
  private buffer: Buffer = Buffer.alloc(0)
  private waiting: (() => void)[] = []
  readonly stream: Duplex

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk])
      this.drain()
    })
    stream.resume()
    stream.once('end', () => stream.end())
    this.ended = new Promise((resolve) => stream.once('close', resolve)).then(() => {
      this.hasEnded = true
      this.wake()
    })
  }

  send(...messages: readonly Buffer[]): void {
    this.stream.write(Buffer.concat(messages))
  }

  /** Resolves with whether it let us in. */
  async logIn(parameters: Readonly<Record<string, string>>, token: string): Promise<boolean> {
    this.send(startupMessage(Object.entries(parameters)))
    await this.until(({ code }) => code === 'R' || code === 'E')
    if (this.messages.some(({ code }) => code === 'E')) return false
    this.send(frame(fromClient.Password, (body) => body.cstring(token)))
    await this.until(({ code }) => code === 'Z' || code === 'E')
    return this.messages.at(-1)?.code === 'Z'
  }

  /** Messages up to the next ReadyForQuery, or the end. */
  async run(...messages: readonly Buffer[]): Promise<Received[]> {
    const start = this.messages.length
    this.send(...messages)
    await this.until(({ code }, index) => index >= start && code === 'Z')
    return this.messages.slice(start)
  }

  query(text: string): Promise<Received[]> {
    return this.run(query(text))
  }

  get lastError(): ResponseFields | undefined {
    const error = this.messages.findLast(({ code }) => code === 'E')
    return error && readFields(error.body)
  }

  async until(isFound: (message: Received, index: number) => boolean): Promise<void> {
    while (!this.hasEnded && !this.messages.some(isFound))
      await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private drain(): void {
    while (this.buffer.length >= 5) {
      const size = this.buffer.readInt32BE(1) + 1
      if (this.buffer.length < size) break
      this.messages.push({
        code: String.fromCharCode(this.buffer[0]!),
        body: this.buffer.subarray(5, size),
      })
      this.buffer = this.buffer.subarray(size)
    }
    this.wake()
  }

  private wake(): void {
    const { waiting } = this
    this.waiting = []
    for (const resolve of waiting) resolve()
  }
}

export function codesOf(messages: readonly Received[]): string {
  return messages.map(({ code }) => code).join('')
}

export function rowsOf(messages: readonly Received[]): (string | null)[][] {
  return messages.filter(({ code }) => code === 'D').map(({ body }) => readCells(body))
}

export const backendKey = String.fromCharCode(fromUpstream.BackendKeyData)
