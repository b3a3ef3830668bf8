import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver that answers what it is told to, in turn, then 204. */
export class WebhookReceiver {
  readonly received: Received[] = []
  readonly answers: number[] = []
  #waiting: (() => void)[] = []

  private constructor(readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer()
    const receiver = new WebhookReceiver(server)
    server.on('request', (request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        receiver.received.push({ headers: request.headers, body })
        response.writeHead(receiver.answers.shift() ?? 204, { Location: '/elsewhere' }).end()
        for (const wake of receiver.#waiting.splice(0)) wake()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`
  }

  async count(wanted: number): Promise<void> {
    while (this.received.length < wanted) await this.more()
  }

  /** Resolves with the next message that says so, whatever comes again before it. */
  async saying(text: string): Promise<string> {
    for (let from = this.received.length; ;) {
      const found = this.received.slice(from).find(({ body }) => body.includes(text))
      if (found !== undefined) return found.body
      from = this.received.length
      await this.more()
    }
  }

  private more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  stop(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(() => resolve()))
  }
}
