import { type EncodedRecord, FieldCursor, Parameter } from '@wardgate/contract'

/** A decoder passes over a byte order mark, and puts this in place of what is no text. */
const byteOrderMark = '\uFEFF'
const replacement = '\uFFFD'

const ascii = /^\p{ASCII}*$/u

/**
 * The fields of a record's entry in the order in which agents write them, read without decoding it. Whatever is not as
 * usual shows in `isUsual`, and what was read then counts for nothing: it is for the decoder, which says what it means.
 */
export class UsualFields {
  #isUsual = true
  readonly #bytes: Buffer
  readonly #cursor: FieldCursor

  constructor(record: EncodedRecord) {
    this.#bytes = record.bytes
    this.#cursor = new FieldCursor(record.bytes)
    this.#cursor.enter(record.entryStart, record.entryEnd)
  }

  get isUsual(): boolean {
    return this.#isUsual
  }

  /** Where the next field is. */
  get position(): number {
    return this.#cursor.position
  }

  /** The fields until now were all. */
  end(): void {
    if (!this.#cursor.isAtEnd) this.#isUsual = false
  }

  /** Passes over a field that has to be there. */
  pass(tag: number): void {
    if (this.#cursor.takes(tag)) this.#cursor.span()
    else this.#isUsual = false
  }

  text(tag: number): string {
    if (!this.#cursor.takes(tag)) return ''
    const start = this.#cursor.span()
    const text = this.#bytes.toString('latin1', start, this.position)
    return ascii.test(text) ? text : this.#utf8(start)
  }

  number(tag: number): number {
    if (!this.#cursor.takes(tag)) return 0
    const value = this.#cursor.varint()
    if (!Number.isSafeInteger(value)) this.#isUsual = false
    return value
  }

  hex(tag: number): string {
    if (!this.#cursor.takes(tag)) return ''
    const start = this.#cursor.span()
    return this.#bytes.toString('hex', start, this.position)
  }

  parameters(tag: number): readonly Parameter[] {
    const parameters: Parameter[] = []
    while (this.#cursor.takes(tag)) {
      const start = this.#cursor.span()
      parameters.push(Parameter.decode(this.#bytes.subarray(start, this.position)))
    }
    return parameters
  }

  #utf8(start: number): string {
    const text = this.#bytes.toString('utf8', start, this.position)
    if (text.startsWith(byteOrderMark) || text.includes(replacement)) this.#isUsual = false
    return text
  }
}
