import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { replaceFile } from '@wardgate/state-file'
import { join } from 'node:path'
import { shopDatabase } from './sample/schema'
import type { Cluster } from '@wardgate/embedded-postgres'
import { listenersOf, restUrl, type Settings } from './settings'

/** What scripts need to steer this instance; every token entry is a command that prints a fresh token. */
export interface Descriptor {
  readonly controlPlane: { readonly url: string }
  readonly console: { readonly url: string }
  readonly agents: readonly {
    readonly name: string
    readonly listeners: Readonly<Record<string, { readonly host: string; readonly port: number }>>
    /** By which clients know it, as OpenSSH writes it. */
    readonly hostKey?: string
  }[]
  readonly sample: {
    readonly connection: string
    readonly database: string
    readonly direct: {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
    }
  }
  readonly tokens: Readonly<Record<'admin' | 'approver' | 'aiAgent' | 'auditor', readonly string[]>>
  readonly pid: number
}

export const agentName = 'local'

export function tokenCommand(settings: Settings, name: string): string[] {
  return [
    process.execPath,
    join(settings.root, 'apps/dev-identity-provider/dist/token.js'),
    identityState(settings),
    name,
  ]
}

export function identityState(settings: Settings): string {
  return join(settings.home, 'identity-provider.json')
}

export function describeInstance(settings: Settings, sample: Cluster): Descriptor {
  const url = restUrl(settings)
  return {
    controlPlane: { url },
    console: { url },
    agents: [
      {
        name: agentName,
        ...hostKeyOf(settings),
        listeners: Object.fromEntries(
          listenersOf(settings).map(([name, port]) => [name, { host: '127.0.0.1', port }]),
        ),
      },
    ],
    sample: {
      connection: 'shop',
      database: shopDatabase,
      direct: {
        host: sample.host,
        port: sample.port,
        user: sample.user,
        password: sample.password,
      },
    },
    tokens: {
      admin: tokenCommand(settings, 'alice'),
      approver: tokenCommand(settings, 'bob'),
      auditor: tokenCommand(settings, 'carol'),
      aiAgent: tokenCommand(settings, 'autogen'),
    },
    pid: process.pid,
  }
}

/** The agent makes its key when it first starts. */
function hostKeyOf(settings: Settings): { readonly hostKey?: string } {
  const file = join(settings.home, 'agent/host-key.pem')
  if (!existsSync(file)) return {}
  const { x = '' } = createPublicKey(readFileSync(file)).export({ format: 'jwk' })
  const fields = [Buffer.from('ssh-ed25519'), Buffer.from(x, 'base64url')].flatMap((field) => [
    Buffer.from([0, 0, 0, field.length]),
    field,
  ])
  return { hostKey: `ssh-ed25519 ${Buffer.concat(fields).toString('base64')}` }
}

export function writeDescriptor(settings: Settings, descriptor: Descriptor): void {
  replaceFile(descriptorFile(settings), `${JSON.stringify(descriptor, null, 2)}\n`)
}

export function descriptorFile(settings: Settings): string {
  return join(settings.home, 'standalone.json')
}
