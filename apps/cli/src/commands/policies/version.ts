import { textOf, type Api, type JsonObject } from '../../api/client'
import { segment } from '../../api/resolve'
import { CliError } from '../../cli-error'
import { action, leaf, type Register } from '../command'

export function versionPath(name: string, version: string): string {
  return `/v1/policies/${segment(name)}/versions/${segment(version)}`
}

/** `NAME` or `NAME@VERSION`; without a version the active one, else the newest. */
export async function findVersion(api: Api, reference: string): Promise<JsonObject> {
  const at = reference.lastIndexOf('@')
  if (at > 0) return api.get(versionPath(reference.slice(0, at), reference.slice(at + 1)))
  const versions = (await api.list('/v1/policies', { name: reference }, 1_000)).filter(
    (item) => item['name'] === reference,
  )
  const newest = [...versions].sort((a, b) => Number(b['version']) - Number(a['version']))
  const chosen = versions.find(({ state }) => state === 'active') ?? newest[0]
  if (!chosen) throw new CliError('rejected', `there is no policy ${reference}`)
  return api.get(versionPath(reference, String(chosen['version'])))
}

/** A verb that moves one version of a policy to another state. */
export function moveTo(verb: 'activate' | 'retire' | 'dry-run', description: string): Register {
  return (parent, cli) => {
    leaf(parent, verb, description)
      .argument('<policy@version>', 'name and version')
      .action(
        action(cli, async (run, [reference = '']) => {
          const at = reference.lastIndexOf('@')
          if (at <= 0) throw new CliError('usage', `${reference} must be NAME@VERSION`)
          const path = versionPath(reference.slice(0, at), reference.slice(at + 1))
          const answer = await (await run.api()).send('POST', `${path}/${verb}`, { body: {} })
          if (run.json) run.printJson(answer)
          else run.note(`Policy ${reference} is ${textOf(answer, 'state') || 'changed'}.`)
        }),
      )
  }
}
