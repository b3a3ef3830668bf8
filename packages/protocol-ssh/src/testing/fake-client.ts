import type { Duplex } from 'node:stream'
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2'

export interface Answer {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | undefined
  readonly signal: string | undefined
}

/** The library's client on one end of a stream. */
export class FakeClient {
  readonly client = new Client()
  readonly ended: Promise<void>
  /** What came before the login was answered. */
  banner = ''
  /** The last word of the other side. */
  lastError = ''
  readonly stderrs: string[] = []
  /** What it was asked, and what it answers to everything. */
  readonly prompts: unknown[] = []
  readonly answer = 'token-2'
  readonly #stream: Duplex

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('error', () => undefined)
    this.ended = new Promise((resolve) => stream.once('close', () => resolve()))
    this.client.on('banner', (text) => (this.banner += text))
    this.client.on('keyboard-interactive', (...[, , , prompts, finish]) => {
      this.prompts.push(...prompts)
      finish(prompts.map(() => this.answer))
    })
    this.client.on('error', (error) => (this.lastError = error.message))
  }

  /** False when the login was refused. */
  async logIn(config: ConnectConfig): Promise<boolean> {
    const ready = new Promise<boolean>((resolve) => {
      this.client.once('ready', () => resolve(true))
      this.client.once('close', () => resolve(false))
      this.client.once('error', () => resolve(false))
      void this.ended.then(() => resolve(false))
    })
    this.client.connect({ sock: this.#stream, readyTimeout: 0, ...config })
    return ready
  }

  async exec(
    command: string,
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { input, ...rest } = options
    const channel = await this.open(command, rest)
    const answer = this.answerOf(channel)
    channel.end(input)
    return answer
  }

  open(command: string, options: object = {}): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      void this.ended.then(() => reject(new Error('the connection has ended')))
      this.client.exec(command, options, (error, channel) => {
        if (error === undefined) resolve(channel)
        else reject(error)
      })
    })
  }

  async answerOf(channel: ClientChannel): Promise<Answer> {
    let stdout = ''
    let stderr = ''
    let code: number | undefined
    let signal: string | undefined
    const at = this.stderrs.push('') - 1
    channel.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      this.stderrs[at] = stderr
    })
    channel.on('exit', (status: number | null, name?: string) => {
      code = status ?? undefined
      signal = name
    })
    const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()))
    await Promise.race([closed, this.ended])
    return { stdout, stderr, code, signal }
  }
}
