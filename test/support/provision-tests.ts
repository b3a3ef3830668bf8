import type { Instance } from './instance'

/** Lets everything through: clients must then behave as on the direct connection. */
const openPolicy = `name: open
appliesTo: { connections: [open] }
rules:
  - id: everything
    effect: allow
    match: { actions: ["*"], opaque: true }
  - id: everything-else
    effect: allow
    match: { actions: ["*"] }
`

/** Registers the connection `open`: the sample server as its superuser, with nothing refused. */
export async function provisionTests(instance: Instance): Promise<void> {
  const api = await instance.api('admin')
  const { direct, database } = instance.descriptor.sample
  const connection = await api.ok<{ id: string }>('POST', '/v1/connections', {
    name: 'open',
    protocol: 'postgres',
    endpoints: [{ host: direct.host, port: direct.port }],
    tls: { mode: 'disable' },
    database,
    settings: { allowFunctionCall: true },
  })
  await api.ok('POST', `/v1/connections/${connection.id}/credentials`, {
    kind: 'password',
    username: direct.user,
    password: direct.password,
  })
  const { version } = await api.ok<{ version: number }>('POST', '/v1/policies', {
    source: openPolicy,
  })
  await api.ok('POST', `/v1/policies/open/versions/${version}/activate`, {})
  const { items } = await api.ok<{ items: { id: string; name: string }[] }>('GET', '/v1/agents')
  for (const { id } of items)
    await api.ok('PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
}
