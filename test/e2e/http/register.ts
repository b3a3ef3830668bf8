import { eventually } from '../../support/eventually'
import type { Instance } from '../../support/instance'

export interface Registration {
  readonly name: string
  readonly port: number
  readonly tls?: object
  readonly settings?: object
  readonly credential?: object
  readonly rules?: string
}

const openRules = `
  - { id: everything, effect: allow, match: { actions: ["*"] } }
  - { id: unread, effect: allow, match: { actions: ["*"], opaque: true } }`

/** Registers an HTTP target for one spec, with a policy of its own, and waits until the agent serves it. */
export async function registerHttp(instance: Instance, options: Registration): Promise<string> {
  const { name, port, tls, settings, credential, rules = openRules } = options
  const api = await instance.api('admin')
  const { id } = await api.ok<{ id: string }>('POST', '/v1/connections', {
    name,
    protocol: 'http',
    endpoints: [{ host: '127.0.0.1', port }],
    tls: tls ?? { mode: 'disable' },
    ...(settings === undefined ? {} : { settings }),
  })
  await api.ok('POST', `/v1/connections/${id}/credentials`, {
    ...(credential ?? { kind: 'none', username: 'nobody' }),
  })
  const source = `name: ${name}\nappliesTo: { connections: [${name}] }\nrules:${rules}\n`
  const { version } = await api.ok<{ version: number }>('POST', '/v1/policies', { source })
  await api.ok('POST', `/v1/policies/${name}/versions/${version}/activate`, {})
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/v1/agents')
  for (const agent of items) await api.ok('PUT', `/v1/agents/${agent.id}/connections/${id}`, {})
  const url = `${httpAgent(instance)}/${name}`
  const headers = { authorization: `Bearer ${await instance.token('aiAgent')}` }
  await eventually(async () => {
    const answer = await fetch(`${url}/`, { headers })
    return (answer.headers.get('wardgate-error') ?? '').startsWith('ERR_AUTH') ? undefined : true
  })
  return url
}

export function httpAgent({ descriptor }: Instance): string {
  const listener = descriptor.agents[0]?.listeners.http
  if (!listener) throw new Error('the agent has no HTTP listener')
  return `http://${listener.host}:${listener.port}`
}
