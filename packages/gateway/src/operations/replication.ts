/**
 * A command of a target's replication protocol. It is no statement: it has a grammar of its own, and what it streams
 * are changes as they were logged, which nothing can mask.
 */
export interface ReplicationOperation {
  readonly kind: 'replication'
  /** Of everything that the server holds, or of one database. */
  readonly mode: 'physical' | 'logical'
  /** `CONNECT` when the session begins; else the command's first word, in capitals. */
  readonly command: string
  readonly text: string
}
