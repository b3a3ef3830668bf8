import type { Facts } from '@wardgate/policy'
import { classifyText } from '../calls/classify'
import { matchesName } from '../calls/name-pattern'
import { FactsDraft } from '../facts-draft'
import { tellGraphql } from '../graphql/graphql-facts'
import { tellFields, valueAt } from '../json/fields'
import type { HttpRequest, Named } from '../operations'
import { RouteTable, type Route } from '../routes/route-table'
import type { HttpFactsSettings } from '../settings'
import { tellBody } from './body'
import { actionOfMethod, isOverridingField, overridingHeader } from './method'
import { readPairs } from './pairs'
import { looksLikeSql } from './sql-text'

const alwaysTold = [
  'accept',
  'content-type',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'prefer',
  'upgrade',
]

const tables = new WeakMap<HttpFactsSettings, RouteTable>()

/** What a request does, as the target will read it. Never throws; what two readers could read in two ways is opaque. */
export function requestFacts(operation: HttpRequest, settings: HttpFactsSettings): Facts {
  const { method, path } = operation
  const draft = new FactsDraft('http')
  const route = routeTable(settings).find(method, path)
  draft.summary = `${method} ${path}`
  tellHead(operation, route, settings, draft)
  const query = tellQuery(operation.query, draft)
  const body = route?.body === 'any' ? undefined : tellBody(operation, draft).value
  const graphql = graphqlRequest(operation, settings, { query, body })
  if (graphql === undefined) tellAction(operation, route, draft)
  else tellGraphql(graphql, `path:${path}`, draft)
  if (/\/\$batch\/?$/i.test(path)) draft.opaque('a batch of requests')
  classifyTexts(operation, settings, { query, body, isGraphql: graphql !== undefined }, draft)
  return draft.facts()
}

function routeTable(settings: HttpFactsSettings): RouteTable {
  const known = tables.get(settings)
  if (known !== undefined) return known
  const table = new RouteTable(settings)
  tables.set(settings, table)
  return table
}

function tellHead(
  { method, path, headers }: HttpRequest,
  route: Route | undefined,
  settings: HttpFactsSettings,
  draft: FactsDraft,
): void {
  draft.detail('http.method', method)
  draft.detail('http.path', path)
  if (route !== undefined) draft.detail('http.route', route.template)
  if (route?.operation !== undefined) draft.detail('http.operationId', route.operation)
  for (const { name, value } of headers)
    if (alwaysTold.includes(name) || settings.headers.includes(name))
      draft.detail(`http.header.${name}`, value)
  const override = overridingHeader(headers)
  if (override !== undefined)
    draft.opaque(`the header ${override} asks the target to take the request for another`)
}

function tellAction(
  { method, path }: HttpRequest,
  route: Route | undefined,
  draft: FactsDraft,
): void {
  const action = route?.action ?? actionOfMethod(method)
  if (action === undefined) draft.opaque('what the method does is for the target to say')
  const told = action ?? 'write'
  draft.action(told, `path:${path}`)
  if (told === 'delete') draft.risk('http-delete')
  else if (told !== 'read') draft.risk('http-write')
}

function tellQuery(query: string, draft: FactsDraft): readonly Named[] {
  const { pairs, ambiguous } = readPairs(query)
  if (ambiguous !== undefined) draft.opaque(`the query cannot be read: ${ambiguous}`)
  if (pairs.length > 0)
    draft.detail('http.query.names', [...new Set(pairs.map(({ name }) => name))])
  for (const { name, value } of pairs) tellFields(value, `http.query.${name}`, draft)
  if (pairs.some(({ name }) => isOverridingField(name)))
    draft.opaque('the query asks the target to take the request for another')
  return pairs
}

interface Texts {
  readonly query: readonly Named[]
  readonly body: unknown
}

/** The GraphQL request that this is, by its path or its type; undefined when it is none. */
function graphqlRequest(
  { method, path, body, headers }: HttpRequest,
  settings: HttpFactsSettings,
  texts: Texts,
): unknown {
  const type = headers.find(({ name }) => name === 'content-type')?.value ?? ''
  const isEndpoint = settings.graphql.some((pattern) =>
    matchesName(pattern, path.replace(/\/$/, '')),
  )
  if (!isEndpoint && !/^\s*application\/graphql\s*(;|$)/i.test(type)) return undefined
  const parameters = Object.fromEntries(texts.query.map(({ name, value }) => [name, value]))
  // Servers take the document from either, so with both nobody knows which one runs.
  const inQuery =
    valueAt(parameters, 'query') !== undefined || valueAt(parameters, 'extensions') !== undefined
  if (body.kind === 'none') return inQuery || method !== 'OPTIONS' ? parameters : undefined
  return inQuery ? { ambiguous: true } : (texts.body ?? {})
}

/** Texts that the settings mark, and what is plainly SQL where people put it. */
function classifyTexts(
  { method, path }: HttpRequest,
  settings: HttpFactsSettings,
  { query, body, isGraphql }: Texts & { readonly isGraphql: boolean },
  draft: FactsDraft,
): void {
  const sources = { body, query: Object.fromEntries(query.map(({ name, value }) => [name, value])) }
  const route = routeTable(settings).find(method, path)?.template
  for (const { tool, argument, as } of settings.arguments)
    if ([path, route].some((name) => name !== undefined && matchesName(tool, `${method} ${name}`)))
      classifyText(valueAt(sources, argument), as, draft)
  if (isGraphql) return
  for (const text of sqlTexts(sources)) classifyText(text, 'sql', draft)
}

/** Names that hold nothing but statements, and names that may hold one. */
const statementNames = ['sql', 'args.sql', 'statement', 'stmt']
const questionNames = ['query', 'q']

function sqlTexts(sources: {
  readonly body: unknown
  readonly query: unknown
}): readonly unknown[] {
  return [sources.body, sources.query].flatMap((source) => [
    ...statementNames.map((place) => valueAt(source, place)).filter(isText),
    ...questionNames
      .map((place) => valueAt(source, place))
      .filter((value) => isText(value) && looksLikeSql(value)),
  ])
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
