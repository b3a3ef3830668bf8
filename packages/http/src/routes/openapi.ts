import { recordOf, routeActions, type RouteSetting } from '../settings'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const maxRoutes = 5_000

/** The operations of an OpenAPI 3 document. `x-wardgate-action` on one says what it does. */
export function openApiRoutes(rawDocument: unknown): readonly RouteSetting[] {
  const document = recordOf(rawDocument)
  const bases = basePaths(document['servers'])
  const routes: RouteSetting[] = []
  for (const [template, item] of Object.entries(recordOf(document['paths'])))
    for (const method of methods) {
      const operation = recordOf(item)[method]
      if (operation === undefined || !template.startsWith('/')) continue
      for (const base of bases) routes.push(routeOf(method, `${base}${template}`, operation))
      if (routes.length > maxRoutes) return routes
    }
  return routes
}

function routeOf(method: string, path: string, rawOperation: unknown): RouteSetting {
  const { operationId, 'x-wardgate-action': stated } = recordOf(rawOperation)
  const action = routeActions.find((known) => known === stated)
  return {
    method: method.toUpperCase(),
    path,
    ...(typeof operationId === 'string' && { operation: operationId }),
    ...(action !== undefined && { action }),
  }
}

/** The paths that servers put before every template. */
function basePaths(rawServers: unknown): readonly string[] {
  const urls = (Array.isArray(rawServers) ? (rawServers as readonly unknown[]) : []).flatMap(
    (server) => {
      const { url } = recordOf(server)
      return typeof url === 'string' ? [basePath(url)] : []
    },
  )
  return urls.length === 0 ? [''] : [...new Set(urls)]
}

function basePath(url: string): string {
  const path =
    /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/[^?#]*)?/i.exec(url)?.[1] ?? (/^\//.test(url) ? url : '')
  return path.replace(/\/+$/, '')
}
