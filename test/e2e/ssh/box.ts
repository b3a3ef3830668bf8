import type { Instance } from '../../support/instance'
import type { SshServer } from '../../support/ssh-server'

export interface Box {
  readonly connection: string
  readonly server: SshServer
  /** Rules of the policy, in YAML. */
  readonly rules: string
  readonly settings?: Record<string, unknown>
  /** Absent = the account's key. */
  readonly credential?: Record<string, unknown>
}

/** Registers an SSH server as a connection of the shared instance, with a policy of its own. */
export async function registerBox(instance: Instance, box: Box): Promise<void> {
  const { connection: name, server, rules, settings } = box
  const key = { kind: 'private-key', username: server.user, key: server.key }
  const api = await instance.api('admin')
  const connection = await api.ok<{ id: string }>('POST', '/v1/connections', {
    name,
    protocol: 'ssh',
    endpoints: [server.address],
    tls: { mode: 'disable' },
    settings: { hostKeys: [server.hostKey], ...settings },
  })
  await api.ok('POST', `/v1/connections/${connection.id}/credentials`, box.credential ?? key)
  const source = `name: ${name}\nappliesTo: { connections: [${name}] }\nrules:\n${rules}`
  const { version } = await api.ok<{ version: number }>('POST', '/v1/policies', { source })
  await api.ok('POST', `/v1/policies/${name}/versions/${version}/activate`, {})
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/v1/agents')
  for (const { id } of items)
    await api.ok('PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
}
