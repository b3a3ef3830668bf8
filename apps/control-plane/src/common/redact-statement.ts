import { secretLiterals } from '@wardgate/sql'

const redacted = '[redacted]'

/**
 * Outside of SQL a password is told by its name alone. Only characters that mean nothing to a shell, a form or JSON count
 * as its value: what is left out can then not be a command, another field, or the end of a string.
 */
const named = /(\bpassword(?:\s*=\s*|\s+(?=')))('[\w.+/@%:~^-]+'|[\w.+/@%:~^-]+)/gi

/** The text without the passwords that it sets, and with all else. The digest of the whole is kept beside it. */
export function redactStatement(kind: string, text: string): string {
  if (!/password/i.test(text) && !/:\/\//.test(text)) return text
  if (kind !== 'statement') return text.replace(named, `$1${redacted}`)
  let shown = ''
  let from = 0
  for (const { start, end, isConstant } of secretLiterals(text)) {
    shown += text.slice(from, start) + (isConstant ? `'${redacted}'` : redacted)
    from = end
  }
  return shown + text.slice(from)
}
