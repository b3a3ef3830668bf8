/** What of a connection's settings says how its requests are read. All of it is optional. */
export interface HttpFactsSettings {
  /** An OpenAPI 3 document: its operations name routes. */
  readonly openapi?: unknown
  /** Routes that go before the OpenAPI document's. */
  readonly routes: readonly RouteSetting[]
  /** Names of headers that become facts, besides a few that always do. */
  readonly headers: readonly string[]
  /** Paths of GraphQL endpoints; `*` at the end stands for the rest. */
  readonly graphql: readonly string[]
  /** Texts within requests and tool calls that have a classifier of their own. */
  readonly arguments: readonly ArgumentSetting[]
}

export interface RouteSetting {
  /** Upper case; `*` = any that is known or named here. */
  readonly method: string
  /** `/v1/users/{id}`. */
  readonly path: string
  readonly action?: RouteAction
  readonly operation?: string
  /** `any`: what the body holds does not matter to the rules, so one that cannot be read is not opaque. */
  readonly body?: 'judged' | 'any'
}

export const routeActions = [
  'read',
  'write',
  'delete',
  'insert',
  'update',
  'execute',
  'admin',
] as const
export type RouteAction = (typeof routeActions)[number]

export interface ArgumentSetting {
  /** Name of the tool with globs, or for requests the route, such as `POST /v1/query`. */
  readonly tool: string
  /** Name of the argument, with dots for members; for requests `body.<name>` or `query.<name>`. */
  readonly argument: string
  readonly as: 'sql' | 'shell' | 'url'
}

export const defaultHttpFactsSettings: HttpFactsSettings = {
  routes: [],
  headers: [],
  graphql: ['*/graphql'],
  arguments: [],
}

/**
 * Reads a connection's settings, which its protocol has validated: what is not of the expected form is left out,
 * which only ever leaves more to be denied.
 */
export function httpFactsSettings(rawSettings: unknown): HttpFactsSettings {
  const raw = recordOf(rawSettings)
  const graphql = listOf(raw['graphql'], textOf)
  return {
    ...(raw['openapi'] !== undefined && { openapi: raw['openapi'] }),
    routes: listOf(raw['routes'], routeOf),
    headers: listOf(raw['factHeaders'], textOf).map((name) => name.toLowerCase()),
    graphql: raw['graphql'] === undefined ? defaultHttpFactsSettings.graphql : graphql,
    arguments: listOf(raw['arguments'], argumentOf),
  }
}

function routeOf(item: unknown): RouteSetting | undefined {
  const { method, path, action, operation, body } = recordOf(item)
  if (typeof method !== 'string' || typeof path !== 'string') return undefined
  const known = routeActions.find((candidate) => candidate === action)
  return {
    method: method.toUpperCase(),
    path,
    ...(known !== undefined && { action: known }),
    ...(typeof operation === 'string' && { operation }),
    ...((body === 'any' || body === 'judged') && { body }),
  }
}

function argumentOf(item: unknown): ArgumentSetting | undefined {
  const { tool, argument, as } = recordOf(item)
  if (typeof tool !== 'string' || typeof argument !== 'string') return undefined
  return as === 'sql' || as === 'shell' || as === 'url' ? { tool, argument, as } : undefined
}

function textOf(item: unknown): string | undefined {
  return typeof item === 'string' ? item : undefined
}

function listOf<T>(raw: unknown, read: (item: unknown) => T | undefined): readonly T[] {
  return (Array.isArray(raw) ? (raw as readonly unknown[]) : []).flatMap((item) => {
    const value = read(item)
    return value === undefined ? [] : [value]
  })
}

export function recordOf(raw: unknown): Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
}
