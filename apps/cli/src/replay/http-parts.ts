import type { FramePart, RecordingEvent } from '@wardgate/recording'

export type Told = Extract<RecordingEvent, { readonly bytes: Uint8Array }>

const request = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ https?:\/\/\S+(?:\n|$)/
const answer = /^HTTP\/1\.1 \d{3}\r\n/
const upgraded = /\nupgrade: websocket(?:\n|$)/i

/**
 * For recordings that do not say what begins where, as those of older agents: told by how it looks. A body can look like
 * a request or an answer there.
 */
export class PartGuesser {
  #speaksMessages = false

  partOf({ kind, bytes }: Told): FramePart {
    const text = Buffer.from(bytes).toString('utf8')
    if (kind === 'out' && answer.test(text)) return 'head'
    if (kind === 'in' && request.test(text)) {
      this.#speaksMessages = upgraded.test(text)
      return 'head'
    }
    return this.#speaksMessages ? 'message' : 'more'
  }
}
