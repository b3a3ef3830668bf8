import type { Facts } from '@wardgate/policy'
import { FactsDraft } from '../facts-draft'
import { tellGraphql } from '../graphql/graphql-facts'
import { tellFields, valueAt } from '../json/fields'
import { readStrictJson } from '../json/strict-json'
import type { StreamMessage } from '../operations'

/** What a message on a stream does: a write on the stream's path; GraphQL within it by its own kind. */
export function messageFacts({ channel, format, data }: StreamMessage): Facts {
  const draft = new FactsDraft('http')
  draft.detail('http.message.format', format)
  draft.detail('http.path', channel)
  draft.summary = `message on ${channel}`
  const resource = `path:${channel}`
  const graphql = format === 'text' ? readText(data, draft) : undefined
  if (format === 'binary') draft.opaque('the message is binary')
  if (graphql === undefined) {
    draft.action('write', resource)
    draft.risk('http-write')
  } else tellGraphql(graphql, resource, draft)
  return draft.facts()
}

/** In UTF-8, read as Latin-1. */
const byteOrderMark = '\u00ef\u00bb\u00bf'

/** The payload of a GraphQL subscription or request, if the message is one (graphql-transport-ws). */
function readText(data: Uint8Array, draft: FactsDraft): unknown {
  const first = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    .toString('latin1')
    .trimStart()
  if (first.startsWith(byteOrderMark))
    draft.opaque('the message begins with a byte order mark: targets differ in whether it is JSON')
  if (!/^[{[]/.test(first)) return undefined
  const json = readStrictJson(data)
  if (json.kind === 'ambiguous') {
    draft.opaque(`the message cannot be read: ${json.reason}`)
    return undefined
  }
  tellFields(json.value, 'http.message', draft)
  const type = valueAt(json.value, 'type')
  const payload = valueAt(json.value, 'payload')
  const isRequest =
    (type === 'subscribe' || type === 'start') && valueAt(payload, 'query') !== undefined
  return isRequest ? payload : undefined
}
