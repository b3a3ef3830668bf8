import { ProtocolError } from '@wardgate/errors'

/** What a masker holds at most. A body that needs more is not passed on. */
export const streamLimits = {
  /** One string, number or name; one cell, field, tag or text; one event. */
  tokenBytes: 8 * 1024 * 1024,
  /** Content in which nothing can be masked, where a rule has it scanned. */
  scanBytes: 1024 * 1024,
  depth: 256,
  /** JSON within strings of JSON: how often. */
  embedded: 4,
} as const

export function malformed(what: string, why: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the target's ${what} is malformed: ${why}`, {
    nextStep: 'It is withheld because it cannot be masked; ask the owner of the target.',
  })
}

export function oversize(what: string, limit: string): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_OVERSIZE',
    `the target's ${what} cannot be masked: ${limit}`,
    { nextStep: 'Ask for less at a time.' },
  )
}
