import { CliError } from '../cli-error'
import type { Api, JsonObject } from './client'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const searchedItems = 10_000

/** The resource that a person names by its name or its id. Names of some kinds, as of principals, may be of several. */
export async function findByName(api: Api, path: string, nameOrId: string): Promise<JsonObject> {
  if (uuid.test(nameOrId)) return api.get(`${path}/${nameOrId}`)
  const items = await api.list(path, { name: nameOrId }, searchedItems)
  const [found, ...others] = items.filter((item) => item['name'] === nameOrId)
  const nouns = path.slice(path.lastIndexOf('/') + 1)
  if (found !== undefined && others.length > 0)
    throw new CliError(
      'rejected',
      `there are ${others.length + 1} ${nouns} ${nameOrId}`,
      `Name one by its id: \`wardgate ${nouns} list\` shows them.`,
    )
  if (found !== undefined) return found
  throw new CliError(
    'rejected',
    `there is no ${nouns.replace(/s$/, '')} ${nameOrId}`,
    `\`wardgate ${nouns} list\` shows those that there are.`,
  )
}

/** An id from an argument, as one path segment: nothing in it can address another resource. */
export function segment(id: string): string {
  if (id === '' || id === '.' || id === '..') throw new CliError('usage', `"${id}" is no id`)
  return encodeURIComponent(id)
}

/** The tag for If-Match, from the version that the resource was read with. */
export function versionTag(resource: JsonObject): string {
  const version = resource['version']
  return typeof version === 'number' || typeof version === 'string' ? `"${version}"` : '*'
}

export function idOf(resource: JsonObject): string {
  const id = resource['id']
  if (typeof id === 'string') return segment(id)
  throw new CliError('unavailable', 'the control plane answered without an id')
}
