import { ProtocolError } from '@wardgate/errors'

export interface ServerEvent {
  /** Everything but the data, line by line. */
  readonly fields: readonly string[]
  /** Undefined = a comment or a heartbeat; empty = an event that only says where the stream stands. */
  readonly data: string | undefined
}

const lineBreak = /\r\n|\n|\r/
const eventEnd = /\r\n\r\n|\n\n|\r\r/

/** Server-sent events, whole: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventReader {
  readonly #maxCharacters: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #rest = ''

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  read(chunk: Uint8Array): readonly ServerEvent[] {
    this.#rest += this.#decoder.decode(chunk, { stream: true })
    const events: ServerEvent[] = []
    for (;;) {
      const end = eventEnd.exec(this.#rest)
      if (end === null) break
      events.push(eventOf(this.#rest.slice(0, end.index)))
      this.#rest = this.#rest.slice(end.index + end[0].length)
    }
    if (this.#rest.length > this.#maxCharacters)
      throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', 'an event of the server is too large')
    return events
  }
}

function eventOf(block: string): ServerEvent {
  const lines = block.split(lineBreak)
  const data = lines.filter((line) => line === 'data' || line.startsWith('data:'))
  const others = lines.filter((line) => !data.includes(line) && line !== '')
  return {
    fields: others,
    data: data.length === 0 ? undefined : data.map((line) => line.slice(5).trimStart()).join('\n'),
  }
}
