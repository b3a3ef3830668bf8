import { RequestError } from '@wardgate/errors'
import type { Gate, NamedValue } from '@wardgate/gateway'
import { timingSafeEqual } from 'node:crypto'

const session = 'mcp-session-id'
/** With it a stream is resumed: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery */
const event = 'last-event-id'

/** The session's id as its client sees it: of no use to another principal, who may have read or guessed it. */
export function boundSession(headers: readonly NamedValue[], gate: Gate): readonly NamedValue[] {
  return headers.map((field) =>
    field.name === session
      ? { name: session, value: bound(field.value, field.value, gate) }
      : field,
  )
}

/** As with sessions: where a server keeps none, the id of an event is all that a stream is known by. */
export function boundEvent(id: string, gate: Gate): string {
  return bound(id, `${event} ${id}`, gate)
}

/** The ids as the server knows them. Throws for one that is not this principal's. */
export function ownIds(headers: readonly NamedValue[], gate: Gate): readonly NamedValue[] {
  return headers.map((field) => {
    const { name, value } = field
    if (name !== session && (name !== event || value === '')) return field
    const dot = value.indexOf('.')
    const id = value.slice(dot + 1)
    const own = name === session ? bound(id, id, gate) : boundEvent(id, gate)
    if (dot > 0 && isSame(value, own)) return { name, value: id }
    throw unknown(name === session ? 'session' : 'stream')
  })
}

/** Clients begin anew: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management */
function unknown(what: string): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `this ${what} is not known here`, {
    nextStep: 'Begin another session with initialize.',
  })
}

function bound(id: string, tagged: string, gate: Gate): string {
  return `${gate.tag(tagged)}.${id}`
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
