/** First words of PostgreSQL's replication grammar: https://www.postgresql.org/docs/current/protocol-replication.html */
const commands = new Set([
  'ALTER_REPLICATION_SLOT',
  'BASE_BACKUP',
  'CREATE_REPLICATION_SLOT',
  'DROP_REPLICATION_SLOT',
  'IDENTIFY_SYSTEM',
  'READ_REPLICATION_SLOT',
  'SHOW',
  'START_REPLICATION',
  'TIMELINE_HISTORY',
  'UPLOAD_MANIFEST',
])

/** The first token as the target's scanner of replication commands cuts it: blanks, then the longest identifier. */
const firstWord = /^[ \t\n\r\f\v]*([A-Za-z\x80-\uffff_][A-Za-z0-9\x80-\uffff_$]*)/

/** Undefined = not of the replication grammar: SQL, which only logical replication takes. */
export function replicationCommand(text: string): string | undefined {
  const word = firstWord.exec(text)?.[1]?.toUpperCase() ?? ''
  return commands.has(word) ? word : undefined
}
