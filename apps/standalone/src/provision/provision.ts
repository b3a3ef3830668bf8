import { shopApiPolicy, shopPolicy } from '../sample/policy'
import { gatewayRole, shopDatabase } from '../sample/schema'
import type { Api } from './api'

export interface ProvisionOptions {
  readonly samplePort: number
  readonly gatewayPassword: string
  readonly shopApiPort: number
  readonly shopApiKey: string
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
  for (const sample of samples(options)) await register(api, sample)
  await activatePolicy(api, 'shop', shopPolicy)
  await activatePolicy(api, 'shop-api', shopApiPolicy)
}

/** All that `provision` registers. */
export function provisioning(options: ProvisionOptions): object {
  const { agentName } = options
  return { bindings, samples: samples(options), policies: [shopPolicy, shopApiPolicy], agentName }
}

/** A token for the agent's first start. */
export async function joinToken(api: Api, agentName: string): Promise<string> {
  const { token } = await api.post<{ token: string }>('/v1/join-tokens', {
    agentName,
    connections: ['shop', 'shop-api'],
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

interface Sample {
  readonly connection: Readonly<Record<string, unknown>> & { readonly name: string }
  readonly credential: object
}

function samples(options: ProvisionOptions): readonly Sample[] {
  const common = { tls: { mode: 'disable' }, labels: { environment: 'development' } }
  return [
    {
      connection: {
        ...common,
        name: 'shop',
        protocol: 'postgres',
        description: 'The sample shop',
        endpoints: [{ host: '127.0.0.1', port: options.samplePort }],
        database: shopDatabase,
      },
      credential: {
        kind: 'password',
        username: gatewayRole,
        password: options.gatewayPassword,
      },
    },
    {
      connection: {
        ...common,
        name: 'shop-api',
        protocol: 'http',
        description: "The sample shop's HTTP service",
        endpoints: [{ host: '127.0.0.1', port: options.shopApiPort }],
      },
      credential: {
        kind: 'api-key',
        in: 'header',
        name: 'x-api-key',
        value: options.shopApiKey,
      },
    },
  ]
}

async function register(api: Api, { connection, credential }: Sample): Promise<void> {
  const known = await api.list<Named>(`/v1/connections?name=${connection.name}`)
  const { id } =
    known.find(({ name }) => name === connection.name) ??
    (await api.post<Named>('/v1/connections', connection))
  const path = `/v1/connections/${id}/credentials`
  const credentials = await api.list<unknown>(path)
  if (credentials.length === 0) await api.post(path, credential)
}

async function activatePolicy(api: Api, name: string, source: string): Promise<void> {
  const versions = await api.list<{ name: string; version: number; state: string }>(
    `/v1/policies?name=${name}`,
  )
  if (versions.some(({ state }) => state === 'active')) return
  const { version } =
    versions[0] ?? (await api.post<{ version: number }>('/v1/policies', { source }))
  await api.post(`/v1/policies/${name}/versions/${version}/activate`, {})
}
