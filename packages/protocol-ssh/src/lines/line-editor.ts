import { StringDecoder } from 'node:string_decoder'
import { LimitError } from '@wardgate/errors'
import { maxLineBytes } from '../limits'

/** What a client has entered. */
export type Entry =
  | { readonly kind: 'line'; readonly text: string }
  /** Control-C: the line so far is dropped. */
  | { readonly kind: 'interrupt' }
  /** Control-D on an empty line, or the end of what a client without a terminal sends. */
  | { readonly kind: 'end' }

const escape = '\u001b'

/**
 * Makes lines of what is typed at a terminal in raw mode, and says what the terminal has to show of it. Knows the few
 * keys that every line editor has; sequences of other keys are dropped, so what is shown is what is entered.
 */
export class LineEditor {
  readonly #decoder = new StringDecoder('utf8')
  readonly #show: (text: string) => void
  #line: string[] = []
  #bytes = 0
  #sequence: 'none' | 'escape' | 'parameters' | 'one' = 'none'
  #wasReturn = false

  constructor(show: (text: string) => void) {
    this.#show = show
  }

  *take(chunk: Buffer): Iterable<Entry> {
    for (const character of this.#decoder.write(chunk)) {
      const entry = this.#isInSequence(character) ? undefined : this.#type(character)
      if (entry !== undefined) yield entry
    }
  }

  /** Of ECMA-48 section 5.4, and the three-character form of function keys. */
  #isInSequence(character: string): boolean {
    switch (this.#sequence) {
      case 'none':
        if (character !== escape) return false
        this.#sequence = 'escape'
        return true
      case 'escape':
        this.#sequence = character === '[' ? 'parameters' : character === 'O' ? 'one' : 'none'
        return true
      case 'parameters':
        if (character >= '@' && character <= '~') this.#sequence = 'none'
        return true
      case 'one':
        this.#sequence = 'none'
        return true
    }
  }

  #type(character: string): Entry | undefined {
    const followsReturn = this.#wasReturn
    this.#wasReturn = character === '\r'
    switch (character) {
      case '\n':
        return followsReturn ? undefined : this.#enter()
      case '\r':
        return this.#enter()
      case '\u0003':
        this.#show('^C\r\n')
        this.#drop()
        return { kind: 'interrupt' }
      case '\u0004':
        return this.#line.length === 0 ? { kind: 'end' } : undefined
      case '\b':
      case '\u007f':
        return this.#erase(1)
      case '\u0015':
        return this.#erase(this.#line.length)
      case '\u0017':
        return this.#erase(this.#lastWord())
      default:
        return this.#insert(character)
    }
  }

  #enter(): Entry {
    this.#show('\r\n')
    const text = this.#line.join('')
    this.#drop()
    return { kind: 'line', text }
  }

  #drop(): void {
    this.#line = []
    this.#bytes = 0
  }

  #lastWord(): number {
    return /\S*\s*$/.exec(this.#line.join(''))?.[0].length ?? 0
  }

  #erase(count: number): undefined {
    for (const character of this.#line.splice(Math.max(0, this.#line.length - count))) {
      this.#bytes -= Buffer.byteLength(character)
      this.#show('\b \b')
    }
  }

  #insert(character: string): undefined {
    if (/\p{Cc}/u.test(character)) return
    this.#bytes += Buffer.byteLength(character)
    if (this.#bytes > maxLineBytes) throw lineTooLong()
    this.#line.push(character)
    this.#show(character)
  }
}

/** Lines of a client without a terminal: as they come, without echo. */
export class PlainLines {
  readonly #decoder = new StringDecoder('utf8')
  #rest = '';

  *take(chunk: Buffer): Iterable<Entry> {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const text of lines) yield { kind: 'line', text: checked(text.replace(/\r$/, '')) }
    checked(this.#rest)
  }

  /** What is left when no more comes. */
  *end(): Iterable<Entry> {
    if (this.#rest !== '') yield { kind: 'line', text: this.#rest }
    yield { kind: 'end' }
  }
}

function checked(text: string): string {
  if (Buffer.byteLength(text) > maxLineBytes) throw lineTooLong()
  return text
}

function lineTooLong(): LimitError {
  return new LimitError('ERR_LIMIT_COMMAND', `a line is longer than ${maxLineBytes} bytes`)
}
