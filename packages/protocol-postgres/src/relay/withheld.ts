/**
 * Classes of SQLSTATE whose message never quotes a row (PostgreSQL appendix A): connection, transaction state and
 * rollback, resources, object state, operator intervention.
 */
const neverQuotes = new Set(['08', '25', '40', '53', '55', '57'])

/**
 * Classes whose message quotes names. The parser's come from the statement, and carry a position in it; without one the
 * name may be a value: `card_number::regclass` says `relation "4000…" does not exist`.
 */
const quotesNames = new Set(['0A', '42', '54'])

/**
 * Of the target's parser, which also reads values: `ssn::regtype` fails at the first word of the value that is no part of
 * a type's name, and says the word and where it stands. No statement comes here that our own parser does not read.
 */
const syntaxError = '42601'
const quotesWords = /["':]|^syntax error/

/** Access to a table or a column is denied by its name in the catalog. */
const insufficientPrivilege = '42501'

/** What the target would have said of the common ones, without the value. */
const conditions: Readonly<Record<string, string>> = {
  '22001': 'value too long for its type',
  '22003': 'numeric value out of range',
  '22007': 'invalid date or time',
  '22008': 'date or time out of range',
  '22012': 'division by zero',
  '22P02': 'invalid input syntax for the type',
  '23502': 'null value violates a not-null constraint',
  '23503': 'violates a foreign key constraint',
  '23505': 'duplicate key violates a unique constraint',
  '23514': 'violates a check constraint',
}

/** Fields that a driver needs and that hold no data: severity, code, position, names of objects. */
const kept = ['S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n']

/** The fields of an error or notice that may quote a masked value, without the text that could. */
export function withheld(fields: ReadonlyMap<string, string>): Map<string, string> {
  const shown = new Map([...fields].filter(([letter]) => kept.includes(letter)))
  const code = fields.get('C') ?? 'XX000'
  const message = fields.get('M') ?? ''
  if (namesOnlyTheStatement(code, message, fields.has('P'))) return shown.set('M', message)
  const condition = conditions[code] ?? `condition ${code}`
  shown.delete('P')
  return shown
    .set('M', `${condition} (text withheld: the statement touches masked columns)`)
    .set('H', 'Leave masked columns out of the statement to see the text.')
}

function namesOnlyTheStatement(code: string, message: string, hasPosition: boolean): boolean {
  const kind = code.slice(0, 2)
  if (neverQuotes.has(kind) || code === insufficientPrivilege) return true
  if (code === syntaxError && quotesWords.test(message)) return false
  return hasPosition && quotesNames.has(kind)
}
