const comment = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/|;|\()+/
const objects =
  'table|database|schema|view|materialized|index|function|procedure|trigger|user|role|type|sequence|extension|policy|owned|column'
const statement = new RegExp(
  [
    'select\\s(?:[^]*\\sfrom\\b|[^]*\\()',
    'with\\s[^]*\\sas\\s*(?:materialized\\s*)?\\(',
    'insert\\s+into\\s',
    'delete\\s+from\\s',
    'update\\s+\\S+\\s+set\\s',
    'merge\\s+into\\s',
    `(?:drop|alter|create(?:\\s+or\\s+replace)?|truncate)\\s+(?:temp(?:orary)?\\s+|unique\\s+)?(?:${objects})\\b`,
    '(?:grant|revoke)\\s[^]*\\s(?:on|to|from)\\s',
    'copy\\s[^]*\\s(?:to|from)\\s',
  ]
    .map((form) => `(?:${form})`)
    .join('|')
    .replace(/^/, '^(?:')
    .replace(/$/, ')'),
  'i',
)

/** Whether a text is plainly a statement: a first guess that only ever adds what the SQL classifier then finds. */
export function looksLikeSql(text: string): boolean {
  return statement.test(text.replace(comment, '').replace(/\/\*[^]*?\*\//g, ' '))
}
