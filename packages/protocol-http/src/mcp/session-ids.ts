import { RequestError } from '@wardgate/errors'
import type { Gate, NamedValue } from '@wardgate/gateway'
import { timingSafeEqual } from 'node:crypto'

const header = 'mcp-session-id'

/** The session's id as its client sees it: of no use to another principal, who may have read or guessed it. */
export function boundSession(headers: readonly NamedValue[], gate: Gate): readonly NamedValue[] {
  return headers.map((field) =>
    field.name === header
      ? { name: header, value: `${gate.tag(field.value)}.${field.value}` }
      : field,
  )
}

/** The id as the server knows it. Throws for one that is not this principal's. */
export function ownSession(headers: readonly NamedValue[], gate: Gate): readonly NamedValue[] {
  return headers.map(({ name, value }) => {
    if (name !== header) return { name, value }
    const dot = value.indexOf('.')
    const id = value.slice(dot + 1)
    if (dot > 0 && isSame(value.slice(0, dot), gate.tag(id))) return { name, value: id }
    // Clients begin anew: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
    throw new RequestError('ERR_REQUEST_NOT_FOUND', 'this session is not known here', {
      nextStep: 'Begin another session with initialize.',
    })
  })
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
