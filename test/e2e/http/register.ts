import { eventually } from '../../support/eventually'
import type { Instance } from '../../support/instance'
import { register } from '../../support/register'

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
  await register(instance, {
    connection: {
      name,
      protocol: 'http',
      endpoints: [{ host: '127.0.0.1', port }],
      tls: tls ?? { mode: 'disable' },
      ...(settings === undefined ? {} : { settings }),
    },
    credential: credential ?? { kind: 'none', username: 'nobody' },
    rules,
  })
  const url = `${httpAgent(instance)}/${name}`
  const headers = { authorization: `Bearer ${await instance.token('aiAgent')}` }
  await eventually(async () => {
    const answer = await fetch(`${url}/`, { headers })
    return (answer.headers.get('wardgate-error') ?? '').startsWith('ERR_AUTH') ? undefined : true
  })
  return url
}

export function httpAgent(instance: Instance): string {
  const { host, port } = instance.listener('http')
  return `http://${host}:${port}`
}
