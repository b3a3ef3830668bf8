import { inject, sendsSecret } from '../upstream/credentials/inject'
import type { Outgoing } from '../upstream/outgoing'
import type { PermittedRequest } from './decide-request'

const ofRanges = new Set(['range', 'if-range'])
const uncompressed = { name: 'accept-encoding', value: 'identity' }

/** What goes to the target: what was decided, and what the gateway itself adds, the credential last. */
export function outgoingOf(request: PermittedRequest): Outgoing | Promise<Outgoing> {
  const { operation, body, session } = request
  const { method, scheme, authority, path, query, traceparent } = operation
  const headers = [...headersOf(request)]
  if (traceparent !== undefined) headers.push({ name: 'traceparent', value: traceparent })
  headers.push(
    { name: 'x-forwarded-for', value: session.clientHost },
    { name: 'x-forwarded-proto', value: scheme },
  )
  const outgoing: Outgoing = {
    method,
    scheme,
    authority,
    path,
    query,
    headers,
    body: body.forwarded,
    length: operation.body.kind === 'unread' ? operation.body.length : undefined,
  }
  return inject(outgoing, session.target.credential, session.upstream.accessTokens)
}

/** Range is left out where the answer is masked: a part of a body cannot be. The target then sends all of it. */
function headersOf({ operation, permit, session }: PermittedRequest): Outgoing['headers'] {
  const { headers } = operation
  const kept =
    permit.unmasked === true ? headers : headers.filter(({ name }) => !ofRanges.has(name))
  // Searching what comes back for the credential is cheap; undoing its coding would not be.
  if (!sendsSecret(session.target.credential)) return kept
  return kept.map((header) => (header.name === uncompressed.name ? uncompressed : header))
}
