import type { FactsDraft } from '../facts-draft'
import { tellFields, valueAt } from '../json/fields'
import { readStrictJson } from '../json/strict-json'
import type { HttpRequest } from '../operations'
import { isOverridingField } from './method'
import { readPairs } from './pairs'

/** A body as far as rules can read it. */
export interface JudgedBody {
  /** A JSON value, or the fields of a form; undefined when there is none that was read. */
  readonly value: unknown
}

const largeReason = 'the body is larger than what is read'
const codedReason =
  'the content coding of the body cannot be undone, or it is larger than what is read'

const nothing: JudgedBody = { value: undefined }

/** Adds what the body says. One that rules could not read though the target can is opaque. */
export function tellBody({ body, headers }: HttpRequest, draft: FactsDraft): JudgedBody {
  if (body.kind === 'none') return nothing
  const [rawEssence = '', ...parameters] = body.mediaType.toLowerCase().split(';')
  const essence = rawEssence.trim()
  draft.detail('http.contentType', essence)
  const isCoded = headers.some(({ name }) => name === 'content-encoding')
  if (body.kind === 'unread') return unreadable(draft, isCoded ? codedReason : largeReason)
  if (body.bytes.length === 0) return nothing
  if (isCoded) return unreadable(draft, 'the body is encoded in a way that is not read')
  const charset = parameters
    .map((text) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(text)?.[1])
    .find(Boolean)
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii', 'ascii'].includes(charset))
    return unreadable(draft, `the body is in the charset ${charset}`)
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json'))
    return jsonBody(body.bytes, draft)
  if (essence === 'application/x-www-form-urlencoded') return formBody(body.bytes, draft)
  if (essence === 'application/graphql') return { value: { query: textOf(body.bytes) } }
  return unreadable(
    draft,
    essence === ''
      ? 'the body does not say of what type it is'
      : `a body of type ${essence.slice(0, 100)} is not read`,
  )
}

function jsonBody(bytes: Uint8Array, draft: FactsDraft): JudgedBody {
  const json = readStrictJson(bytes)
  if (json.kind === 'ambiguous') return unreadable(draft, json.reason)
  const { value } = json
  tellFields(value, 'http.body', draft)
  if (typeof value === 'object' && value !== null && Object.keys(value).some(isOverridingField))
    draft.opaque('the body asks the target to take the request for another')
  if (isBatch(value)) draft.opaque('the body is a batch of requests')
  return { value }
}

/** Requests within a request, as OData and others take them. */
function isBatch(value: unknown): boolean {
  const lists = [
    value,
    valueAt(value, 'requests'),
    valueAt(value, 'batch'),
    valueAt(value, 'operations'),
  ]
  return lists.some(
    (list) =>
      Array.isArray(list) &&
      (list as readonly unknown[]).some(
        (item) =>
          valueAt(item, 'method') !== undefined &&
          ['url', 'path', 'relative_url', 'uri'].some((name) => valueAt(item, name) !== undefined),
      ),
  )
}

function formBody(bytes: Uint8Array, draft: FactsDraft): JudgedBody {
  const { pairs, ambiguous } = readPairs(textOf(bytes))
  if (ambiguous !== undefined) return unreadable(draft, `the form cannot be read: ${ambiguous}`)
  if (pairs.some(({ name }) => isOverridingField(name)))
    draft.opaque('the body asks the target to take the request for another')
  for (const { name, value } of pairs) tellFields(value, `http.body.${name}`, draft)
  return { value: Object.fromEntries(pairs.map(({ name, value }) => [name, value])) }
}

function unreadable(draft: FactsDraft, reason: string): JudgedBody {
  draft.opaque(reason)
  return nothing
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
