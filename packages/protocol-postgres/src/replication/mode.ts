import { ProtocolError } from '@wardgate/errors'

export type ReplicationMode = 'physical' | 'logical'

/** As PostgreSQL reads it: `database` to the letter, else a boolean that may be cut short. */
export function readReplicationMode(value: string): ReplicationMode | undefined {
  if (value === 'database') return 'logical'
  const text = value.toLowerCase()
  const begins = (word: string, least = 1) => text.length >= least && word.startsWith(text)
  if (text === '1' || begins('true') || begins('yes') || begins('on', 2)) return 'physical'
  if (text === '0' || begins('false') || begins('no') || begins('off', 2)) return undefined
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'startup parameter "replication" is no boolean')
}
