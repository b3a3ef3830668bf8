import { gatewayRole, shopDatabase } from '../sample/schema'
import { shopPolicy } from '../sample/policy'
import type { Api } from './api'

export interface ProvisionOptions {
  readonly samplePort: number
  readonly gatewayPassword: string
  readonly agentName: string
}

interface Named {
  readonly id: string
  readonly name: string
}

const bindings = [
  { role: 'approver', subject: 'group:dba', connections: [] },
  { role: 'auditor', subject: 'group:auditors', connections: [] },
  { role: 'user', subject: 'group:autogen', connections: [] },
  { role: 'user', subject: 'group:dba', connections: [] },
]

/** Registers the sample through the API, as far as an earlier start has not. */
export async function provision(api: Api, options: ProvisionOptions): Promise<void> {
  await bindRoles(api)
  await registerShop(api, options)
  await activatePolicy(api)
}

/** A token for the agent's first start. */
export async function joinToken(api: Api, agentName: string): Promise<string> {
  const { token } = await api.post<{ token: string }>('/v1/join-tokens', {
    agentName,
    connections: ['shop'],
  })
  return token
}

async function bindRoles(api: Api): Promise<void> {
  const present = await api.list<{ role: string; subject: string }>('/v1/role-bindings')
  for (const binding of bindings) {
    const known = present.some(
      ({ role, subject }) => role === binding.role && subject === binding.subject,
    )
    if (!known) await api.post('/v1/role-bindings', binding)
  }
}

async function registerShop(api: Api, options: ProvisionOptions): Promise<void> {
  const known = await api.list<Named>('/v1/connections?name=shop')
  const connection =
    known.find(({ name }) => name === 'shop') ??
    (await api.post<Named>('/v1/connections', {
      name: 'shop',
      protocol: 'postgres',
      description: 'The sample shop',
      endpoints: [{ host: '127.0.0.1', port: options.samplePort }],
      tls: { mode: 'disable' },
      database: shopDatabase,
      labels: { environment: 'development' },
    }))
  const path = `/v1/connections/${connection.id}/credentials`
  const credentials = await api.list<unknown>(path)
  if (credentials.length > 0) return
  await api.post(path, {
    kind: 'password',
    username: gatewayRole,
    password: options.gatewayPassword,
  })
}

async function activatePolicy(api: Api): Promise<void> {
  const versions = await api.list<{ name: string; version: number; state: string }>(
    '/v1/policies?name=shop',
  )
  if (versions.some(({ state }) => state === 'active')) return
  const { version } =
    versions[0] ?? (await api.post<{ version: number }>('/v1/policies', { source: shopPolicy }))
  await api.post(`/v1/policies/shop/versions/${version}/activate`, {})
}
