import { ProtocolError } from '@wardgate/errors'

export interface ServerEvent {
  /** Everything but the data, line by line. */
  readonly fields: readonly string[]
  /** Undefined = a comment or a heartbeat; empty = an event that only says where the stream stands. */
  readonly data: string | undefined
}

const lineBreak = /\r\n|\n|\r/
/** A blank line, whichever way either line ends. */
const eventEnd = /(?:\r\n|\n|\r(?!\n)){2}/g
/** Of one that has not come whole. */
const longestStart = 3

/** Server-sent events, whole: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventReader {
  readonly #maxCharacters: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #rest = ''

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  read(chunk: Uint8Array): readonly ServerEvent[] {
    // What was searched before has no end in it.
    eventEnd.lastIndex = Math.max(0, this.#rest.length - longestStart)
    this.#rest += this.#decoder.decode(chunk, { stream: true })
    const events: ServerEvent[] = []
    let begin = 0
    for (let end = eventEnd.exec(this.#rest); end !== null; end = eventEnd.exec(this.#rest)) {
      events.push(eventOf(this.#rest.slice(begin, end.index)))
      begin = eventEnd.lastIndex
    }
    this.#rest = this.#rest.slice(begin)
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
