import { ProtocolError, toGatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { BodyPipe, BodySink } from '../relay/pipe'
import type { ShownMessages } from '../relay/decide-request'
import { writtenInTurns } from '../relay/turns'
import { EventReader, type ServerEvent } from './event-reader'

/** One message of a server; bounded because it is read whole. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

export interface MessagePipeOptions {
  readonly masker: ReturnType<Permit['body']>
  readonly mediaType: string
  readonly sink: BodySink
  readonly goOn: () => void
  readonly messages: Pick<ShownMessages, 'show' | 'showFields'>
}

/** An answer of an MCP server, message by message: one JSON body, or events that each carry one. */
export class MessagePipe implements BodyPipe {
  readonly #options: MessagePipeOptions
  readonly #events: EventReader | undefined
  readonly #parts: Buffer[] = []
  #length = 0
  #turn: Promise<void> = Promise.resolve()
  #isOver = false
  #isBlocked = false

  constructor(options: MessagePipeOptions) {
    this.#options = options
    if (options.mediaType === 'text/event-stream') this.#events = new EventReader(MAX_MESSAGE_BYTES)
  }

  write(chunk: Buffer): boolean {
    if (this.#events !== undefined) {
      const events = this.#events.read(chunk)
      this.#then(async () => {
        for (const event of events) await this.#showEvent(event)
        if (!this.#isBlocked) this.#options.goOn()
      })
      return false
    }
    this.#parts.push(chunk)
    this.#length += chunk.length
    if (this.#length > MAX_MESSAGE_BYTES)
      throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', 'the answer of the server is too large')
    return true
  }

  end(): void {
    this.#then(async () => {
      if (this.#length > 0) {
        const shown = await this.#options.messages.show(Buffer.concat(this.#parts))
        if (shown !== undefined) await this.#mask(Buffer.from(shown))
      }
      this.#pass(this.#options.masker.end())
      this.#options.sink.end()
    })
  }

  drained(): void {
    this.#isBlocked = false
    this.#options.goOn()
  }

  destroy(): void {
    this.#isOver = true
  }

  async #showEvent({ fields, data }: ServerEvent): Promise<void> {
    const { messages } = this.#options
    const others = messages.showFields(fields)
    const write = (...lines: readonly string[]) =>
      this.#mask(Buffer.from([...others, ...lines, '\n'].join('\n')))
    if (data === undefined) return write()
    if (data === '') return write('data: ')
    const shown = await messages.show(Buffer.from(data))
    if (shown === undefined || this.#isOver) return
    await write(`data: ${Buffer.from(shown).toString()}`)
  }

  async #mask(bytes: Buffer): Promise<void> {
    const shown = await writtenInTurns(this.#options.masker, bytes)
    if (!this.#isOver) this.#pass(shown)
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#options.sink.write(bytes)) this.#isBlocked = true
  }

  #then(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#isOver) return
      try {
        await work()
      } catch (caught) {
        this.#isOver = true
        this.#options.sink.fail(toGatewayError(caught))
      }
    })
  }
}
