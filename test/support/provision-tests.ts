import type { Instance } from './instance'
import { register } from './register'

/** Lets everything through: clients must then behave as on the direct connection. */
const rules = `
  - id: everything
    effect: allow
    match: { actions: ["*"], opaque: true }
  - id: everything-else
    effect: allow
    match: { actions: ["*"] }`

/** Registers the connection `open`: the sample server as its superuser, with nothing refused. */
export async function provisionTests(instance: Instance): Promise<void> {
  const { direct, database } = instance.descriptor.sample
  await register(instance, {
    connection: {
      name: 'open',
      protocol: 'postgres',
      endpoints: [{ host: direct.host, port: direct.port }],
      tls: { mode: 'disable' },
      database,
      settings: { allowFunctionCall: true },
    },
    credential: { kind: 'password', username: direct.user, password: direct.password },
    rules,
  })
}
