const redacted = '[redacted]'

/** A literal of any of PostgreSQL's forms: '…', E'…', U&'…', $tag$…$tag$. */
const literal = String.raw`(?:[eE]|[uU]&)?'(?:[^'\\]|''|\\.)*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$`
const password = new RegExp(String.raw`(\bPASSWORD\s+)(${literal})`, 'gi')
const connectionString = /(\bpassword\s*=\s*)([^\s'";,)]+)/gi

/** The text without the passwords that it sets. The digest of the whole is kept beside it. */
export function redactStatement(text: string): string {
  if (!/password/i.test(text)) return text
  return text
    .replace(password, (_whole, keyword: string) => `${keyword}'${redacted}'`)
    .replace(connectionString, (_whole, keyword: string) => `${keyword}${redacted}`)
}
