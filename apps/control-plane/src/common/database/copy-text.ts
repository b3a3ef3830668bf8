/** What one field of a row is made from; undefined and null are NULL. */
export type CopyField = string | number | bigint | null | undefined

const special = /[\\\n\r\t]/
const everySpecial = /[\\\n\r\t]/g
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A row in the text format of COPY (PostgreSQL manual, COPY, "Text Format"). */
export function copyRow(fields: readonly CopyField[]): string {
  let row = ''
  for (let index = 0; index < fields.length; index += 1) {
    if (index > 0) row += '\t'
    row += copyField(fields[index])
  }
  return `${row}\n`
}

function copyField(field: CopyField): string {
  if (field === undefined || field === null) return '\\N'
  if (typeof field !== 'string') return String(field)
  return special.test(field) ? field.replace(everySpecial, (found) => escapes[found] ?? '') : field
}

/** A bytea as PostgreSQL reads it: `\x` and hexadecimal digits. */
export function byteaText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/** A text[] as PostgreSQL reads it: every element quoted. */
export function arrayText(elements: readonly string[]): string {
  return `{${elements.map((element) => `"${element.replace(/["\\]/g, '\\$&')}"`).join()}}`
}
