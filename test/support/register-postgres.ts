import type { Cluster } from '@wardgate/embedded-postgres'
import { eventually } from './eventually'
import { connectThrough } from './governed-client'
import { sharedInstance } from './shared-instance'

/** A connection to this server under a policy of its own; returns once the AI agent's sessions open. */
export async function registerPostgres(
  { host, port, user, password }: Pick<Cluster, 'host' | 'port' | 'user' | 'password'>,
  name: string,
  ruleLines: string,
): Promise<void> {
  const api = await sharedInstance.api('admin')
  const { id } = await api.ok<{ id: string }>('POST', '/v1/connections', {
    name,
    protocol: 'postgres',
    endpoints: [{ host, port }],
    tls: { mode: 'disable' },
    database: 'postgres',
  })
  const credential = { kind: 'password', username: user, password }
  await api.ok('POST', `/v1/connections/${id}/credentials`, credential)
  const source = `name: ${name}\nappliesTo: { connections: [${name}] }\nrules:${ruleLines}\n`
  const { version } = await api.ok<{ version: number }>('POST', '/v1/policies', { source })
  await api.ok('POST', `/v1/policies/${name}/versions/${version}/activate`, {})
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/v1/agents')
  for (const agent of items) await api.ok('PUT', `/v1/agents/${agent.id}/connections/${id}`, {})
  await eventually(async () => {
    const options = { user: name, database: 'postgres' }
    const opened = await connectThrough(sharedInstance, options).catch(() => undefined)
    await opened?.client.end()
    return opened
  })
}
