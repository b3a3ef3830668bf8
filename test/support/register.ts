import type { Instance } from './instance'

export interface Registration {
  readonly connection: { readonly name: string; readonly [field: string]: unknown }
  readonly credential: object
  /** Of the policy for it, in YAML, from the line break after `rules:` on. */
  readonly rules: string
}

/** Registers a connection under a policy of its own, which every agent is to serve; answers its id. */
export async function register(
  instance: Instance,
  { connection, credential, rules }: Registration,
): Promise<string> {
  const { name } = connection
  const api = await instance.api('admin')
  const { id } = await api.ok<{ id: string }>('POST', '/v1/connections', connection)
  await api.ok('POST', `/v1/connections/${id}/credentials`, credential)
  const source = `name: ${name}\nappliesTo: { connections: [${name}] }\nrules:${rules}\n`
  const { version } = await api.ok<{ version: number }>('POST', '/v1/policies', { source })
  await api.ok('POST', `/v1/policies/${name}/versions/${version}/activate`, {})
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/v1/agents')
  for (const agent of items) await api.ok('PUT', `/v1/agents/${agent.id}/connections/${id}`, {})
  return id
}
