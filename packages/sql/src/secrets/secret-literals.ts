import { tokenKind } from '../shape/scanner'
import { tokensOf, type Token } from './tokens'

/** A part of a text: from its first character up to, not including, the last. */
export interface SecretLiteral {
  readonly start: number
  readonly end: number
  /** Whether it is a constant with its quotes, or a part of one. */
  readonly isConstant: boolean
}

const words = /^\s*\w+\s*=/
const address = /^postgres(?:ql)?:\/\//i
/** Within a constant, where quotes are doubled. */
const valueAmongWords = /\bpassword\s*=\s*(''(?:[^'\\]|\\.)*''|(?:[^\s'\\]|\\.)+)/gi
const valueInAddress = /^\w+:\/\/[^\s/@:]*:([^\s/@]+)(?=@)|[?&]password=([^\s&]+)/gi

/** Where PostgreSQL reads a password, by its own lexical rules, and no further than the constant that holds it. */
export function secretLiterals(text: string): readonly SecretLiteral[] {
  const reader = new SecretReader(text)
  for (const token of tokensOf(text)) reader.take(token)
  return reader.found
}

class SecretReader {
  readonly found: SecretLiteral[] = []
  private readonly text: string
  private before = ''
  /** Brackets that are open within a call of dblink; 0 = outside. */
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  take(token: Token): void {
    // A constant that goes on over lines is several: the word before the first is before all of them.
    if (token.kind === tokenKind.string) return this.constant(token)
    const word = this.text.slice(token.start, Math.min(token.end, token.start + 64)).toLowerCase()
    if (word === '(' && (this.depth > 0 || this.before.startsWith('dblink'))) this.depth += 1
    else if (word === ')' && this.depth > 0) this.depth -= 1
    this.before = word
  }

  private constant({ start, end }: Token): void {
    if (this.before === 'password') this.found.push({ start, end, isConstant: true })
    else if (this.before === 'connection' || this.depth > 0)
      this.connectionString(start + 1, this.text.slice(start + 1, end - 1))
  }

  private connectionString(start: number, content: string): void {
    const isAddress = address.test(content)
    if (!isAddress && !words.test(content)) return
    for (const match of content.matchAll(isAddress ? valueInAddress : valueAmongWords)) {
      const [whole, first, second] = match
      const end = start + match.index + whole.length
      const length = (first ?? second ?? '').length
      this.found.push({ start: end - length, end, isConstant: false })
    }
  }
}
