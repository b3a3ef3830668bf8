import type { Cluster } from '@wardgate/embedded-postgres'
import { connectEventually } from './governed-client'
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
  const { client } = await connectEventually(sharedInstance, { user: name, database: 'postgres' })
  await client.end()
}
