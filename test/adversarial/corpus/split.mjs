import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(import.meta.dirname, '../../../packages/sql/package.json'))
const parser = require('libpg-query')

/** The statements of a text, as an extended-protocol client sends them; a text that no one can read stays whole. */
export async function splitStatements(text) {
  await parser.loadModule()
  try {
    const bytes = Buffer.from(text)
    const { stmts = [] } = parser.parseSync(text)
    const statements = stmts.map(({ stmt_location: start = 0, stmt_len: length = 0 }) =>
      bytes.toString('utf8', start, length === 0 ? undefined : start + length),
    )
    return statements.length === 0 ? [text] : statements
  } catch {
    return [text]
  }
}
