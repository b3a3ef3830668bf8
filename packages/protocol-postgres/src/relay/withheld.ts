/**
 * Classes of SQLSTATE whose message names objects and quotes the statement, never a row (PostgreSQL appendix A): syntax
 * and access, connection, transaction state, resources, limits, operator intervention, system error.
 */
const namesOnly = new Set([
  '08',
  '0A',
  '25',
  '28',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
])

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
  if (namesOnly.has(code.slice(0, 2))) return shown.set('M', message)
  const condition = conditions[code] ?? `condition ${code}`
  return shown
    .set('M', `${condition} (text withheld: the statement touches masked columns)`)
    .set('H', 'Leave masked columns out of the statement to see the text.')
}
