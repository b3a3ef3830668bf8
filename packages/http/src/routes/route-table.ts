import type { HttpFactsSettings, RouteAction, RouteSetting } from '../settings'
import { openApiRoutes } from './openapi'

export interface Route {
  readonly template: string
  readonly operation?: string
  readonly action?: RouteAction
  readonly body?: 'judged' | 'any'
}

interface CompiledRoute extends Route {
  readonly method: string
  readonly segments: readonly (string | undefined)[]
}

/** Which route a request takes: the settings' own first, then the OpenAPI document's; concrete before templated. */
export class RouteTable {
  readonly #own: readonly CompiledRoute[]
  readonly #documented: readonly CompiledRoute[]

  constructor({ routes, openapi }: Pick<HttpFactsSettings, 'routes' | 'openapi'>) {
    this.#own = sorted(routes.map(compile))
    this.#documented = sorted(openApiRoutes(openapi).map(compile))
  }

  find(method: string, path: string): Route | undefined {
    const own = matching(this.#own, method, path)
    const documented = matching(this.#documented, method, path)
    return own === undefined ? documented : { ...documented, ...own }
  }
}

function compile(route: RouteSetting): CompiledRoute {
  const { method, path, operation, action, body } = route
  return {
    template: path,
    method,
    segments: segmentsOf(path).map((segment) => (segment.includes('{') ? undefined : segment)),
    ...(operation !== undefined && { operation }),
    ...(action !== undefined && { action }),
    ...(body !== undefined && { body }),
  }
}

/** A text beside a parameter, as in `{id}.json`, is taken for a part of it. */
function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1)
}

function matching(
  routes: readonly CompiledRoute[],
  method: string,
  path: string,
): Route | undefined {
  const segments = segmentsOf(path)
  const found = routes.find(
    (route) =>
      (route.method === '*' || route.method === method) &&
      route.segments.length === segments.length &&
      route.segments.every((expected, at) =>
        expected === undefined ? segments[at] !== '' : expected === segments[at],
      ),
  )
  if (found === undefined) return undefined
  const { template, operation, action, body } = found
  return {
    template,
    ...(operation !== undefined && { operation }),
    ...(action !== undefined && { action }),
    ...(body !== undefined && { body }),
  }
}

/** Concrete segments first, from left to right: OpenAPI 3.1, 4.8.8.2. */
function sorted(routes: readonly CompiledRoute[]): readonly CompiledRoute[] {
  const key = ({ segments, method }: CompiledRoute) =>
    [...segments.map((segment) => (segment === undefined ? 1 : 0)), method === '*' ? 1 : 0].join('')
  return [...routes].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}
