import type { Parameter, Part, Statement, Word } from '../grammar/tree'
import { decodeAnsiC } from './ansi-c'
import { type Argument, joined, type Segment, unknownArguments } from './argument'

/** What words do besides standing for text. */
export interface WordEffects {
  /** Shells other than bash read some quoting differently; then it is not known where a word ends. */
  readonly ambiguous: (what: string) => void
  readonly runs: (statements: readonly Statement[]) => void
  readonly evaluates: (leaves: readonly Word[]) => void
  readonly sets: (name: string) => void
  readonly opaque: (reason: string) => void
}

const part: Segment = { kind: 'unknown', many: false }
const many: Segment = { kind: 'unknown', many: true }
const pattern: Segment = { kind: 'unknown', many: true, pattern: true }

/** Quote removal and what is known of expansions. */
export function readWord(word: Word, effects: WordEffects): Argument {
  const segments = word.parts.flatMap((item, at) => readPart(item, at === 0, effects))
  return expandsBraces(word) ? unknownArguments : bracketTest(word, joined(segments))
}

/** `[` and `[[` are names of commands, no patterns. */
function bracketTest({ parts }: Word, argument: Argument): Argument {
  const [only, more] = parts
  return only?.kind === 'literal' && more === undefined && /^\[\[?$/.test(only.text)
    ? { segments: [{ kind: 'text', text: only.text }] }
    : argument
}

/** Between double quotes, and in here-documents: one word, whatever it expands to. */
export function readQuoted(parts: readonly Part[], effects: WordEffects): readonly Segment[] {
  return parts.flatMap((item) =>
    item.kind === 'literal'
      ? [{ kind: 'text' as const, text: item.text.replace(/\\(?:([$`"\\])|\n)/g, '$1') }]
      : readPart(item, false, effects).map((segment) =>
          segment.kind === 'unknown' ? (isList(item) ? many : part) : segment,
        ),
  )
}

/** `"$@"` and `"${a[@]}"` become as many words as there are. */
function isList(item: Part): boolean {
  return item.kind === 'parameter' && (item.name === '@' || item.arithmetic.some(isAt))
}

function isAt({ parts: [only] }: Word): boolean {
  return only?.kind === 'literal' && only.text === '@'
}

function readPart(item: Part, first: boolean, effects: WordEffects): readonly Segment[] {
  switch (item.kind) {
    case 'literal':
      return readLiteral(item.text, first)
    case 'single-quoted':
      if (item.ansi) effects.ambiguous("$'…'")
      return item.ansi ? decodeAnsiC(item.text) : [{ kind: 'text', text: item.text }]
    case 'double-quoted':
      if (item.locale) effects.ambiguous('$"…"')
      return readQuoted(item.parts, effects)
    case 'parameter':
      return readParameter(item, effects)
    case 'command-substitution':
      effects.runs(item.statements)
      return [many]
    case 'process-substitution':
      effects.runs(item.statements)
      return [part]
    case 'arithmetic':
      if (item.bracket) effects.ambiguous('$[…]')
      effects.evaluates(item.leaves)
      return [part]
    case 'extended-glob':
      effects.ambiguous('an extended pattern')
      return [many]
  }
}

function readParameter(item: Parameter, effects: WordEffects): readonly Segment[] {
  for (const word of item.words) readWord(word, effects)
  effects.evaluates(item.arithmetic.filter((leaf) => !isAt(leaf) && !isStar(leaf)))
  if (item.assigns) effects.sets(item.name)
  if (item.evaluates)
    effects.opaque(`the expansion of ${item.name} evaluates what the variable holds`)
  return [many]
}

function isStar({ parts: [only] }: Word): boolean {
  return only?.kind === 'literal' && only.text === '*'
}

function readLiteral(text: string, first: boolean): readonly Segment[] {
  const segments: Segment[] = []
  let from = 0
  const tilde = first ? /^~(?=\/|$)/.exec(text) : null
  if (tilde) {
    segments.push({ kind: 'home' })
    from = 1
  } else if (first && text.startsWith('~')) {
    segments.push(part)
    from = 1
  }
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') {
      at += 1
      if (text.charAt(at) !== '\n') segments.push({ kind: 'text', text: text.charAt(at) || '\\' })
    } else if ('*?['.includes(character)) segments.push(pattern)
    else if (character === '~' && '=:'.includes(text.charAt(at - 1))) segments.push(part)
    else segments.push({ kind: 'text', text: character })
  }
  return segments
}

/** `{a,b}` and `{1..9}`: bash makes several words of it, others do not. */
function expandsBraces({ parts }: Word): boolean {
  const unquoted = parts
    .map((item) => (item.kind === 'literal' ? item.text.replace(/\\./gs, '_') : '_'))
    .join('')
  const open = unquoted.indexOf('{')
  const close = unquoted.lastIndexOf('}')
  return open >= 0 && close > open && /,|\.\./.test(unquoted.slice(open, close))
}
