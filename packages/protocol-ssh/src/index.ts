import type { Protocol } from '@wardgate/gateway'
import { SshEngine } from './engine'
import { settings, type SshSettings } from './settings'

export const ssh: Protocol<SshSettings> = {
  name: 'ssh',
  defaultPort: 22,
  settings,
  capabilities: {
    operations: ['command', 'file', 'forward'],
    masks: ['detector'],
    credentials: ['password', 'private-key', 'key-certificate', 'none'],
    hold: true,
    rowLimit: false,
    readOnly: false,
    lines: true,
    databases: false,
    encrypts: true,
  },
  createEngine: (client, engineSettings) => new SshEngine(client, engineSettings),
}

export type { SshSettings } from './settings'
