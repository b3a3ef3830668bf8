import type { RecordingEvent } from '@wardgate/recording'
import { StringDecoder } from 'node:string_decoder'
import { escapeLines, escapeText } from '../output/escape'
import { PartGuesser, type Told } from './http-parts'

const readable = /\b(?:json|xml|text|csv|javascript|yaml|event-stream|x-www-form-urlencoded)\b/i

/** Of requests and answers, and of messages: none of them can be taken for another. */
const signs = { in: { head: '>', message: '»' }, out: { head: '<', message: '«' } } as const

/** Requests, answers and messages of an HTTP session. Every line of theirs is indented: none passes for another's. */
export class HttpReplay {
  readonly drawsScreen = false
  readonly #guesser = new PartGuesser()
  readonly #decoders = { in: new StringDecoder('utf8'), out: new StringDecoder('utf8') }
  #isAtLineStart = true
  /** Whose bytes the line that is shown has. */
  #side: Told['kind'] | undefined
  /** Type of a body that is no text; undefined = it is shown. */
  #hidden: string | undefined;

  *show(event: RecordingEvent): Generator<string, void, undefined> {
    if (event.kind === 'mark' || event.kind === 'size') return
    const { kind } = event
    const bytes = Buffer.from(event.bytes)
    switch (event.part ?? this.#guesser.partOf(event)) {
      case 'head':
        yield* kind === 'in' ? this.#begin('in', 'head', bytes) : this.#answer(bytes)
        break
      case 'message':
        if (kind === 'out') this.#hidden = undefined
        yield* this.#begin(kind, 'message', bytes)
        break
      case 'more':
        if (kind === 'in' || this.#hidden === undefined) yield this.#goOn(kind, bytes)
        else if (bytes.length > 0) yield this.#line('·', `${bytes.length} bytes of ${this.#hidden}`)
    }
  }

  *#answer(bytes: Buffer): Generator<string, void, undefined> {
    const end = bytes.indexOf('\r\n\r\n')
    const head = end < 0 ? bytes : bytes.subarray(0, end)
    this.#hidden = hiddenType(head.toString('utf8'))
    yield* this.#begin('out', 'head', Buffer.concat([head, Buffer.from('\n\n')]))
    if (end >= 0) yield this.#goOn('out', bytes.subarray(end + 4))
  }

  *#begin(
    side: Told['kind'],
    part: 'head' | 'message',
    bytes: Buffer,
  ): Generator<string, void, undefined> {
    this.#decoders[side] = new StringDecoder('utf8')
    yield this.#ended()
    yield `${signs[side][part]} `
    this.#side = side
    this.#isAtLineStart = false
    const text = this.#decoders[side].write(bytes)
    if (text !== '') yield this.#shown(text)
  }

  /** What goes on after something else was shown is on a line of its own. */
  #goOn(side: Told['kind'], bytes: Buffer): string {
    const text = this.#decoders[side].write(bytes)
    if (text === '') return ''
    const before = this.#side === side ? '' : this.#ended()
    this.#side = side
    return before + this.#shown(text)
  }

  #line(sign: string, text: string): string {
    const before = this.#ended()
    this.#side = undefined
    return `${before}${sign} ${text}\n`
  }

  #ended(): string {
    const before = this.#isAtLineStart ? '' : '\n'
    this.#isAtLineStart = true
    return before
  }

  #shown(text: string): string {
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
