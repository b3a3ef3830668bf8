import { StringDecoder } from 'node:string_decoder'
import type { RecordingEvent } from '@wardgate/recording'
import { escapeLines, escapeText } from '../output/escape'

/** How recordings of HTTP begin requests and answers; anything else is a body that goes on, or a message. */
const request = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ https?:\/\/\S+(?:\n|$)/
const answer = /^HTTP\/1\.1 \d{3}\r\n/
const upgraded = /\nupgrade: websocket(?:\n|$)/i
const readable = /\b(?:json|xml|text|csv|javascript|yaml|event-stream|x-www-form-urlencoded)\b/i

/** Requests, answers and messages of an HTTP session. Every line of theirs is indented: none passes for another's. */
export class HttpReplay {
  readonly drawsScreen = false
  #decoder = new StringDecoder('utf8')
  #isAtLineStart = true
  #speaksMessages = false
  /** Type of a body that is no text; undefined = it is shown. */
  #hidden: string | undefined;

  *show(event: RecordingEvent): Generator<string, void, undefined> {
    if (event.kind === 'in') yield* this.#asked(Buffer.from(event.bytes))
    else if (event.kind === 'out') yield* this.#answered(Buffer.from(event.bytes))
  }

  *#asked(bytes: Buffer): Generator<string, void, undefined> {
    const text = bytes.toString('utf8')
    if (request.test(text)) {
      this.#speaksMessages = upgraded.test(text)
      yield this.#begin('>', text.trimEnd())
    } else if (this.#speaksMessages) yield this.#begin('>', text)
    else yield this.#goOn(text)
  }

  *#answered(bytes: Buffer): Generator<string, void, undefined> {
    if (!answer.test(bytes.toString('latin1', 0, 16))) {
      yield* this.#body(bytes)
      return
    }
    const end = bytes.indexOf('\r\n\r\n')
    const head = bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
    this.#decoder = new StringDecoder('utf8')
    this.#hidden = hiddenType(head)
    yield this.#begin('<', `${head}\n`)
    if (end >= 0) yield* this.#body(bytes.subarray(end + 4))
  }

  *#body(bytes: Buffer): Generator<string, void, undefined> {
    if (bytes.length === 0) return
    if (this.#speaksMessages) yield this.#begin('<', bytes.toString('utf8'))
    else if (this.#hidden === undefined) yield this.#goOn(this.#decoder.write(bytes))
    else yield this.#begin('·', `${bytes.length} bytes of ${this.#hidden}`)
  }

  #begin(sign: string, text: string): string {
    const before = this.#isAtLineStart ? '' : '\n'
    this.#isAtLineStart = true
    return `${before}${sign} ${indented(escapeLines(text))}\n`
  }

  #goOn(text: string): string {
    if (text === '') return ''
    const shown = escapeLines(text)
    const first = this.#isAtLineStart ? '  ' : ''
    this.#isAtLineStart = shown.endsWith('\n')
    return this.#isAtLineStart
      ? `${first}${indented(shown.slice(0, -1))}\n`
      : `${first}${indented(shown)}`
  }
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
}

/** A body that is compressed, or of a type that is no text, would be shown as noise. */
function hiddenType(head: string): string | undefined {
  const coding = /\ncontent-encoding: *(\S+)/i.exec(head)?.[1]
  if (coding !== undefined && coding !== 'identity') return escapeText(coding)
  const type = /\ncontent-type: *([^\r\n;]+)/i.exec(head)?.[1]
  return type === undefined || readable.test(type) ? undefined : escapeText(type)
}
