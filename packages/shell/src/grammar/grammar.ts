import type Grammar from 'mvdan-sh'
import { convertStatements } from './convert'
import { RawNode } from './raw-node'
import { redirectOperators, token } from './tokens'
import type { Statement } from './tree'

/** Longer texts are refused unread. */
export const maxTextBytes = 16_384
/** The parser's time grows with the commands of a text, and its stack with their nesting. */
export const maxSeparators = 1_500
export const maxNesting = 200

export type Parsed =
  | { readonly kind: 'parsed'; readonly statements: readonly Statement[] }
  | { readonly kind: 'unreadable'; readonly reason: string }

type Syntax = (typeof Grammar)['syntax']

let loaded: Promise<Syntax> | undefined
let syntax: Syntax | undefined

/** Loads the grammar; must have settled before anything is read. */
export async function loadShellParser(): Promise<void> {
  loaded ??= load()
  syntax = await loaded
}

/** The grammar was compiled from Go: loading it sets globals that are none of its business, so they are put back. */
async function load(): Promise<Syntax> {
  const { stackTraceLimit } = Error
  const hadRequire = 'require' in globalThis
  try {
    const { syntax: read } = (await import('mvdan-sh')).default
    requireKnownTokens(read)
    return read
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (!hadRequire) Reflect.deleteProperty(globalThis, 'require')
  }
}

/** Operators are numbers in the tree: with another grammar they could mean something else. */
function requireKnownTokens(read: Syntax): void {
  const first = statementsOf(read, 'a | b')[0]?.child('Cmd').code('Op')
  const known = [...redirectOperators].every(([code, operator]) => {
    const text =
      operator.startsWith('<<') && operator !== '<<<' ? `a ${operator}E\nE\n` : `a ${operator} b`
    return statementsOf(read, text)[0]?.list('Redirs')[0]?.code('Op') === code
  })
  if (first !== token.pipe || !known) throw new Error('the shell grammar is not the known one')
}

let parser: ReturnType<Syntax['NewParser']> | undefined

/** A parser is used again until it fails: then nobody knows its state. */
function statementsOf(read: Syntax, text: string): readonly RawNode[] {
  const used = parser ?? read.NewParser(read.Variant(read.LangBash))
  parser = undefined
  const statements = RawNode.ofFile(used.Parse(text, '')).list('Stmts')
  parser = used
  return statements
}

/** Parses one text as bash does, which reads what other Bourne shells read. Never throws. */
export function parseShell(text: string): Parsed {
  if (syntax === undefined) return unreadable('the shell grammar is not loaded')
  const problem = textProblem(text)
  if (problem !== undefined) return unreadable(problem)
  try {
    return { kind: 'parsed', statements: convertStatements(statementsOf(syntax, text)) }
  } catch {
    // Syntax errors, an exhausted stack and syntax that is not known are one: nobody can say what would run.
    return unreadable('the text is not shell syntax that Wardgate understands')
  }
}

function unreadable(reason: string): Parsed {
  return { kind: 'unreadable', reason }
}

function textProblem(text: string): string | undefined {
  if (text.length > maxTextBytes || Buffer.byteLength(text) > maxTextBytes)
    return `the text is longer than ${maxTextBytes} bytes`
  if (!text.isWellFormed()) return 'the text is not valid Unicode'
  // Shells use some control characters as marks of their own, and disagree about a carriage return.
  if (hasControlCharacter(text)) return 'the text holds a control character'
  if (count(text, /[;&|\n(]/g) > maxSeparators) return `the text holds too many commands`
  if (count(text, /[({`]|\b(?:if|while|until|for|case|select)\b/g) > maxNesting)
    return 'the text may be nested too deeply'
  return undefined
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a) || code === 0x7f) return true
  }
  return false
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
