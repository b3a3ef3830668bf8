import type { Instance } from '../../support/instance'
import { register } from '../../support/register'
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
  await register(instance, {
    connection: {
      name,
      protocol: 'ssh',
      endpoints: [server.address],
      tls: { mode: 'disable' },
      settings: { hostKeys: [server.hostKey], ...settings },
    },
    credential: box.credential ?? key,
    rules: `\n${rules}`,
  })
}
