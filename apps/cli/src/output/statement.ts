import { createHash } from 'node:crypto'
import { escapeLines } from './escape'

/** Longer texts are shown by head and tail; the digest then tells them apart. */
const shownLimit = 8_000
const headLength = 5_000
const tailLength = 2_000

/**
 * The exact text that somebody is about to decide on. What a terminal would hide or obey is escaped; a cut is told in
 * plain words with length and SHA-256, so that nothing can hide in the middle unnoticed.
 */
export function renderStatement(text: string): string {
  const escaped = escapeLines(text)
  const bytes = Buffer.byteLength(text)
  const digest = createHash('sha256').update(text).digest('hex')
  const notes = [`${bytes} bytes, SHA-256 ${digest}`]
  if (escaped !== text) notes.push('contains characters that are shown escaped')
  if (escaped.length <= shownLimit) return framed(escaped, notes)
  const hidden = escaped.length - headLength - tailLength
  const cut = `… ${hidden} characters are NOT shown here; read them with --full or --json …`
  return framed(`${escaped.slice(0, headLength)}\n${cut}\n${escaped.slice(-tailLength)}`, [
    'CUT',
    ...notes,
  ])
}

export function renderFullStatement(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex')
  return framed(escapeLines(text), [`${Buffer.byteLength(text)} bytes, SHA-256 ${digest}`])
}

/** The bar before each line shows where the statement ends, whatever it holds. */
function framed(text: string, notes: readonly string[]): string {
  const lines = text.split('\n').map((line) => `  │ ${line}\n`)
  return `${lines.join('')}  └ ${notes.join('; ')}\n`
}
