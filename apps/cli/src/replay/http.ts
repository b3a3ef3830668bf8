import type { RecordingEvent } from '@wardgate/recording'
import { StringDecoder } from 'node:string_decoder'
import { escapeLines, escapeText } from '../output/escape'
import { PartGuesser, type Told } from './http-parts'

const readable = /\b(?:json|xml|text|csv|javascript|yaml|event-stream|x-www-form-urlencoded)\b/i

/** Of requests and answers, and of messages: none of them can be taken for another. */
const signs = { in: { head: '>', message: '»' }, out: { head: '<', message: '«' } } as const

/** Answers that may still go on. */
const maxAnswers = 1_024

/** The answer to one operation. Several may run side by side. */
interface Answer {
  /** In the order of their operations; '' = of a refusal, or the recording does not say. */
  readonly number: string
  decoder: StringDecoder
  /** Type of a body that is no text; undefined = it is shown. */
  hidden: string | undefined
}

/** Requests, answers and messages of an HTTP session. Every line of theirs is indented: none passes for another's. */
export class HttpReplay {
  readonly drawsScreen = false
  readonly #guesser = new PartGuesser()
  #request = new StringDecoder('utf8')
  readonly #answers = new Map<string, Answer>()
  #answer: Answer = newAnswer('')
  #count = 0
  #isAtLineStart = true
  /** Whose bytes the line that is shown has. */
  #shownOf: 'in' | Answer | undefined;

  *show(event: RecordingEvent): Generator<string, void, undefined> {
    if (event.kind === 'size') return
    if (event.kind === 'mark') {
      this.#answer = this.#answerTo(event.operationId)
      return
    }
    const { kind } = event
    const bytes = Buffer.from(event.bytes)
    switch (event.part ?? this.#guesser.partOf(event)) {
      case 'head':
        yield* kind === 'in' ? this.#begin('in', 'head', bytes) : this.#begun(bytes)
        break
      case 'message':
        if (kind === 'out') this.#answer = newAnswer('')
        yield* this.#begin(kind, 'message', bytes)
        break
      case 'more':
        yield* kind === 'in' ? this.#goOn('in', bytes) : this.#more(bytes)
    }
  }

  /** What is recorded from here on is of this operation. */
  #answerTo(operationId: string): Answer {
    const known = operationId === '' ? newAnswer('') : this.#answers.get(operationId)
    if (known !== undefined) return known
    const answer = newAnswer(String(++this.#count))
    this.#answers.set(operationId, answer)
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > maxAnswers && oldest !== undefined) this.#answers.delete(oldest)
    return answer
  }

  *#begun(bytes: Buffer): Generator<string, void, undefined> {
    const end = bytes.indexOf('\r\n\r\n')
    const head = end < 0 ? bytes : bytes.subarray(0, end)
    this.#answer.hidden = hiddenType(head.toString('utf8'))
    this.#answer.decoder = new StringDecoder('utf8')
    yield* this.#begin('out', 'head', Buffer.concat([head, Buffer.from('\n\n')]))
    if (end >= 0) yield* this.#goOn(this.#answer, bytes.subarray(end + 4))
  }

  *#more(bytes: Buffer): Generator<string, void, undefined> {
    const { hidden, number } = this.#answer
    if (hidden === undefined) yield* this.#goOn(this.#answer, bytes)
    else if (bytes.length > 0) yield this.#line(`·${number}`, `${bytes.length} bytes of ${hidden}`)
  }

  *#begin(
    side: Told['kind'],
    part: 'head' | 'message',
    bytes: Buffer,
  ): Generator<string, void, undefined> {
    yield this.#ended()
    if (side === 'in') {
      this.#request = new StringDecoder('utf8')
      this.#shownOf = 'in'
      yield `${signs.in[part]} `
    } else {
      this.#shownOf = this.#answer
      yield `${signs.out[part]}${this.#answer.number} `
    }
    this.#isAtLineStart = false
    const text = this.#decoderOf(this.#shownOf).write(bytes)
    if (text !== '') yield this.#shown(text)
  }

  #decoderOf(of: 'in' | Answer): StringDecoder {
    return of === 'in' ? this.#request : of.decoder
  }

  /** What goes on after something else was shown is on a line of its own, under a line that says whose it is. */
  *#goOn(of: 'in' | Answer, bytes: Buffer): Generator<string, void, undefined> {
    const text = this.#decoderOf(of).write(bytes)
    if (text === '') return
    if (this.#shownOf !== of) {
      yield this.#ended()
      if (of !== 'in' && of.number !== '') yield `${signs.out.head}${of.number} …\n`
    }
    this.#shownOf = of
    yield this.#shown(text)
  }

  #line(sign: string, text: string): string {
    const before = this.#ended()
    this.#shownOf = undefined
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

function newAnswer(number: string): Answer {
  return { number, decoder: new StringDecoder('utf8'), hidden: undefined }
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
