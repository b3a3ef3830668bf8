import type { Cluster } from '@wardgate/embedded-postgres'
import { eventually } from './eventually'
import { connectThrough } from './governed-client'
import { register } from './register'
import { sharedInstance } from './shared-instance'

/** A connection to this server under a policy of its own; returns once the AI agent's sessions open. */
export async function registerPostgres(
  { host, port, user, password }: Pick<Cluster, 'host' | 'port' | 'user' | 'password'>,
  name: string,
  ruleLines: string,
): Promise<void> {
  await register(sharedInstance, {
    connection: {
      name,
      protocol: 'postgres',
      endpoints: [{ host, port }],
      tls: { mode: 'disable' },
      database: 'postgres',
    },
    credential: { kind: 'password', username: user, password },
    rules: ruleLines,
  })
  await eventually(async () => {
    const options = { user: name, database: 'postgres' }
    const opened = await connectThrough(sharedInstance, options).catch(() => undefined)
    await opened?.client.end()
    return opened
  })
}
